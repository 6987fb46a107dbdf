"""What a page of the documentation reads is there by then, and what it writes is not yet."""

import importlib.resources
import re
from pathlib import PurePath

import click
import inputs
import left_out
import pytest
from command_lines import parsed
from pages import PAGES, blocks_of
from shell import commands_in
from source_tree import needs_tree

from tfaudiogen.cli import main

pytestmark = needs_tree
# Commands whose output must be new.
_NEW = ("prepare", "train", "export")
_SHIPPED = {path.name for path in importlib.resources.files("tfaudiogen.checkpoints").iterdir()}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Names of what a reader has."""
    folder = tmp_path_factory.mktemp("inputs")
    inputs.furnish_files(folder)
    return {path.name for path in folder.iterdir()}


def read_and_written(words):
    """Return (names that a command reads, name that it writes, whether that must be new)."""
    command, found = main.get_command(None, words[0]), parsed(words)
    read = []
    for parameter in command.params:
        value = found.get(parameter.name)
        values = list(value) if isinstance(value, tuple | list) else [value]
        paths = isinstance(parameter.type, click.Path) and parameter.name != "out"
        if paths or parameter.name in ("sources", "model", "models", "initial"):
            read += [name for name in values if isinstance(name, str)]
    outs = [one for one in command.params if one.name == "out"]
    written = [found.get("out") or one.get_default(click.Context(command)) for one in outs]
    return read, [name for name in written if isinstance(name, str)], words[0] in _NEW


def steps_of_shell(text):
    for words in commands_in(text):
        if words[0] == "tfaudiogen" and not left_out.is_left_out(words):
            yield read_and_written(words[1:])


def steps_of_python(text):
    for source, out in re.findall(r'ta\.prepare\("([\w.]+)", "([\w.]+)"', text):
        yield [source], [out], True
    for out in re.findall(r'ta\.save\(\w+, "([\w.]+)"', text):
        yield [], [out], True
    yield re.findall(r'(?:ta\.load|ta\.load_dataset|read|read_audio)\("([\w.]+)"', text), [], False


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_page_can_be_followed_by_its_names(path, files):
    there = files | _SHIPPED | {"sinewave"} | set(inputs.MODELS_OF.get(path.name, ()))
    for block in blocks_of(path):
        steps = {"bash": steps_of_shell, "python": steps_of_python}.get(block.language)
        if steps is None or (block.page, block.first_line) in left_out.BLOCKS:
            continue
        for read, written, new in steps(block.text):
            for name in read:
                first = PurePath(name).parts[0]
                known = first in there or name.startswith("component:")
                assert known, f"{block}: {name!r} is not there by then"
            for name in written:
                assert not new or name not in there, f"{block}: {name!r} is there already"
                there |= {name, PurePath(name).parts[0]}
