"""Each page of the documentation, from its first block to its last, in one new folder."""

import os
import subprocess
import sys
import time
from pathlib import Path

import inputs
import left_out
import pytest
from pages import PAGES, TUTORIALS, blocks_of
from shell import PROGRAMS, commands_in
from source_tree import ROOT, needs_tree

import tfaudiogen

pytestmark = [needs_tree, pytest.mark.slow]
HERE = Path(__file__).parent


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder as a reader has it who stands in a checkout, beside files of their own."""
    for name in ("scripts", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shell(place):
    """A function that runs a block as a shell does, each program by way of `stand_in`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
    paths = (HERE, Path(tfaudiogen.__file__).parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(map(str, paths))
    stand_in = f'"{sys.executable}" "{HERE / "stand_in.py"}"'
    programs = "".join(f'{name}() {{ {stand_in} {name} "$@"; }}\n' for name in PROGRAMS)

    def run(text):
        command = ["/bin/bash", "--norc", "-c", f"set -euo pipefail\n{programs}{text}"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        assert "Traceback" not in done.stderr, done.stderr

    return run


def asks_for_the_page(blocks):
    shells = (block.text for block in blocks if block.language == "bash")
    return any(words[:2] == ["tfaudiogen", "app"] for text in shells for words in commands_in(text))


@pytest.mark.parametrize("path", sorted({*PAGES} - {*TUTORIALS}), ids=lambda path: path.stem)
def test_a_page_can_be_followed(path, place, shell):
    blocks = [
        block
        for block in blocks_of(path)
        if block.language in ("bash", "python")
        and (block.page, block.first_line) not in left_out.BLOCKS
    ]
    if asks_for_the_page(blocks):
        pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")
    inputs.furnish(place, path.name)
    names = {}
    for block in blocks:
        begun = time.monotonic()
        if block.language == "bash":
            shell(block.text)
        else:
            padded = "\n" * block.line + block.text
            exec(compile(padded, path, "exec"), names)
        print(f"{block}: {time.monotonic() - begun:.0f} s", flush=True)
