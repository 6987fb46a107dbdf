"""Text of users: one form for what looks the same, and commands that a shell takes."""

import shlex
import unicodedata
from pathlib import Path

import pytest

from tfaudiogen.validation import text


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" slow\n and\t\tgloomy ", "slow and gloomy"),
        ("\u2028a\u00a0b\u3000", "a b"),
        ("a\0b\x1b", "a b"),
        (unicodedata.normalize("NFD", "été"), "été"),
        (" \n", ""),
    ],
)
def test_collapsed(typed, expected):
    assert text.collapsed(typed) == expected


def test_visible():
    assert text.visible("a\nb\x1b[2Jé\t") == "a\\nb\\x1b[2Jé\\t"


@pytest.mark.parametrize("name", ["my run", "it's", "a;rm -rf", "$HOME", "-run", "a\nb", "été"])
def test_a_command_line_means_what_it_was_made_of(name):
    words = shlex.split(text.command_line("sample", Path(name), "--count", 2))
    assert words == ["tfaudiogen", "sample", words[2], "--count", "2"]
    assert Path(words[2]) == Path(name)
    assert not words[2].startswith("-")
