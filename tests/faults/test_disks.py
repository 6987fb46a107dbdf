"""A disk that is full, cannot be written to or goes away, and two commands at once."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commands import IS_WHOLE, content, export, left_over, prepare, train

import tfaudiogen

pytestmark = pytest.mark.slow
MEBIBYTE = 2**20


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one mebibyte, where that can be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEBIBYTE}", "tmpfs", folder]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no program mount")
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def run(started, words, folder):
    """Run a command; return its exit code and what it said."""
    log = folder / "log"
    started.start(words, folder, log)
    return started.wait(), log.read_text()


def assert_in_a_line(code, said, codes=(1, 2)):
    assert code in codes, said
    assert "Traceback" not in said
    assert [line for line in said.splitlines() if line.startswith("Error: ")] != [], said


# Not even one file, one file, some, most.
@pytest.mark.parametrize("free", [0, 8, 32, 80])
@pytest.mark.parametrize("command", IS_WHOLE, ids=lambda command: command.__name__)
def test_a_full_disk_is_said_in_a_line_and_leaves_nothing_half(
    command, free, there, started, undisturbed, small_disk, tmp_path
):
    ballast, out = small_disk / "ballast", small_disk / "1"
    ballast.write_bytes(b"0" * (MEBIBYTE - free * 1024))
    assert_in_a_line(*run(started, command(there, out), tmp_path))
    assert IS_WHOLE[command](out)
    assert [name for name in left_over(small_disk) if name != "1.partial"] == []
    ballast.unlink()
    subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
    code, said = run(started, command(there, out), tmp_path)
    assert code == 0, said
    assert content(command, out) == undisturbed(command)[0]
    assert left_over(small_disk) == []


@pytest.mark.parametrize("command", IS_WHOLE, ids=lambda command: command.__name__)
def test_a_disk_that_cannot_be_written_to_is_found_out_before_the_work(
    command, there, started, small_disk, tmp_path
):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    code, said = run(started, command(there, small_disk / "1"), tmp_path)
    assert_in_a_line(code, said)
    assert "Read-only file system" in said
    assert len(said.splitlines()) <= 2, said  # The error, after the line that says what begins.


@pytest.mark.parametrize("command", IS_WHOLE, ids=lambda command: command.__name__)
def test_a_folder_that_goes_away_is_said_in_a_line(
    command, there, started, undisturbed, tmp_path, request
):
    expected, seconds = undisturbed(command)
    for seed in range(request.config.getoption("--kills")):
        moment = seconds * random.Random(f"{command.__name__} {seed}").uniform(0, 1)
        print(f"{command.__name__}: seed {seed}, folder away after {moment:.2f} s", flush=True)
        _take_away(command, there, started, tmp_path / str(seed), moment, expected)


def _take_away(command, there, started, folder, moment, expected):
    outer, away, log = folder / "outer", folder / "away", folder / "log"
    outer.mkdir(parents=True)
    out = outer / "1"
    started.start(command(there, out), folder, log)
    time.sleep(moment)
    outer.rename(away)
    code, said = started.wait(), log.read_text()
    if code:
        assert_in_a_line(code, said)
    assert IS_WHOLE[command](away / "1")
    if not outer.exists():
        away.rename(outer)
    if code or not out.exists():
        code, said = run(started, command(there, out), folder)
        assert code == 0, said
    assert content(command, out) == expected


@pytest.mark.parametrize("command", [prepare, export, train], ids=lambda one: one.__name__)
def test_of_two_at_once_one_is_refused_in_a_line(command, there, tmp_path):
    out = tmp_path / "1"
    both = [_beside(command(there, out)) for _ in range(2)]
    said = {process.communicate()[0]: process.returncode for process in both}
    assert sorted(said.values()) == [0, 2], said
    refusal = next(text for text, code in said.items() if code == 2)
    assert f"another `tfaudiogen {command.__name__}` (process" in refusal or "already" in refusal
    assert IS_WHOLE[command](out)


def _beside(words):
    return subprocess.Popen(
        [sys.executable, "-m", "tfaudiogen", *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(Path(tfaudiogen.__file__).parent.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
