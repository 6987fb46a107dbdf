"""Every block of the documentation is known, and every command in it is one that there is."""

import argparse
import ast
import re
import runpy
import shlex
import sys

import click
import left_out
import pytest
import stand_in
from command_lines import check
from pages import BLOCKS, PAGES
from shell import commands_in
from source_tree import ROOT, needs_tree

import tfaudiogen
from tfaudiogen.cli import main
from tfaudiogen.cli.group import COMMANDS

pytestmark = needs_tree
SHELL = [block for block in BLOCKS if block.language == "bash"]
PYTHON = [block for block in BLOCKS if block.language == "python"]


class CommandLineRead(BaseException):  # noqa: N818 - nothing may catch it
    """A script has read its command line."""


@pytest.fixture
def read_by_script(monkeypatch):
    """A function that gives a script of the tree its command line, and ends it there."""
    parse = argparse.ArgumentParser.parse_args

    def end(reader, *arguments):
        if isinstance(reader, argparse.ArgumentParser):
            parse(reader, *arguments)
        raise CommandLineRead

    def run(script, *words):
        monkeypatch.setattr(argparse.ArgumentParser, "parse_args", end)
        monkeypatch.setattr(click.Command, "invoke", end)
        monkeypatch.setattr(sys, "argv", [str(script), *words])
        monkeypatch.syspath_prepend(script.parent)
        with pytest.raises(CommandLineRead):
            runpy.run_path(str(script), run_name="__main__")

    modules = set(sys.modules)
    yield run
    for name in set(sys.modules) - modules:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(ROOT / "scripts")):
            del sys.modules[name]


def test_the_languages_are_those_that_are_looked_at():
    assert len(SHELL) > 60
    assert len(PYTHON) > 8
    assert {block.language for block in BLOCKS} == {"bash", "python", "text", "dockerfile"}


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_commands_are_those_that_there_are(block, read_by_script):
    commands = commands_in(block.text)
    assert commands
    for words in commands:
        if words[0] == "tfaudiogen":
            check(words[1:])
        elif words[0] == "python":
            read_by_script(ROOT / words[1], *words[2:])
        elif words[0] == "pip":
            assert words[1] == "install"


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_what_shortens_a_training_is_understood(block):
    for words in commands_in(block.text):
        if words[:2] == ["tfaudiogen", "train"]:
            check(stand_in.shortened(words)[1:])


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_python_blocks_use_names_that_there_are(block):
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "ta":
            assert node.attr in tfaudiogen.__all__


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_commands_within_sentences_are_those_that_there_are(path, read_by_script):
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", path.read_text())
    for span in re.findall(r"`tfaudiogen (\w+ [^`]+)`", text):
        check(shlex.split(span))
    for span in re.findall(r"`(?:python )?(scripts/[\w/]+\.py [^`]+)`", text):
        script, *words = shlex.split(span)
        read_by_script(ROOT / script, *words)


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_of_the_help_are_those_that_there_are(name):
    command = main.get_command(None, name)
    lines = re.findall(r"^ *tfaudiogen (.*)$", command.help, re.M)
    assert lines
    for line in lines:
        check(shlex.split(line, comments=True))


def test_the_list_of_what_is_left_out_names_what_there_is():
    commands = [words for block in SHELL for words in commands_in(block.text)]
    for starts in left_out.COMMANDS:
        assert any(left_out.begins(words, starts) for words in commands), starts
    there = {(block.page, block.first_line) for block in BLOCKS}
    assert set(left_out.BLOCKS) <= there
