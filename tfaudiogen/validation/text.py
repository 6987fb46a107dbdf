"""Normalizes user-supplied text and quotes it for shells."""

import shlex
import unicodedata
from pathlib import PurePath


def collapsed(text):
    """Return text in Unicode form NFC, on one line, with white space collapsed.

    Runs of white space and control characters become one space; those at the ends are removed.

    Example: `collapsed(" slow\\n and  gloomy")` is `"slow and gloomy"`.
    """
    plain = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)
    return unicodedata.normalize("NFC", " ".join(plain.split()))


def composed(text):
    """Return text in Unicode form NFC, in which equal characters have equal bytes."""
    return unicodedata.normalize("NFC", text)


def visible(text):
    """Return text with control characters escaped as in Python, safe to print on a terminal."""
    return "".join(
        one.encode("unicode_escape").decode() if unicodedata.category(one) == "Cc" else one
        for one in text
    )


def command_line(*words):
    """Return a `tfaudiogen` command line with these words, quoted for a shell.

    Args:
        words: str or other values; a `Path` that starts with "-" is prefixed with "./".
    """
    return shlex.join(["tfaudiogen", *map(_word, words)])


def _word(word):
    is_like_an_option = isinstance(word, PurePath) and str(word).startswith("-")
    return f"./{word}" if is_like_an_option else str(word)
