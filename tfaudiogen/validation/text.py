"""Normalises text given by users, and quotes it for shells."""

import shlex
import unicodedata
from pathlib import PurePath


def collapsed(text):
    """Return text in one Unicode form (NFC), on one line, without needless white space.

    White space and control characters are one space wherever they stand, and none at the ends.

    Example: `collapsed(" slow\\n and  gloomy")` is `"slow and gloomy"`.
    """
    plain = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)
    return unicodedata.normalize("NFC", " ".join(plain.split()))


def composed(text):
    """Return text in one Unicode form (NFC), in which equal letters are equal bytes."""
    return unicodedata.normalize("NFC", text)


def visible(text):
    """Return text with its control characters, which a terminal obeys, written as in Python."""
    return "".join(
        one.encode("unicode_escape").decode() if unicodedata.category(one) == "Cc" else one
        for one in text
    )


def command_line(*words):
    """Return the command `tfaudiogen` with these words, for a user to paste into a shell.

    Args:
        words: str and others; a `Path` is no option, whatever it begins with.
    """
    return shlex.join(["tfaudiogen", *map(_word, words)])


def _word(word):
    is_like_an_option = isinstance(word, PurePath) and str(word).startswith("-")
    return f"./{word}" if is_like_an_option else str(word)
