"""Parses JSON of bounded size and depth, without NaN, infinity or repeated keys."""

import json
import math

from tfaudiogen.disk.opening import open_regular

# The largest file this package writes is the list of a dataset's labels.
MOST_BYTES = 16 * 2**20
_MOST_DEPTH = 64
_MOST_DIGITS = 20


def parse(content, most_bytes=MOST_BYTES, finite=True):
    """Parses JSON.

    Args:
        content: bytes in UTF-8, or a string.
        most_bytes: maximum length.
        finite: whether to reject NaN and infinity, which training metrics may contain.

    Raises:
        ValueError: the content is too long, not JSON, or JSON that this package never writes: NaN,
            infinity, numbers out of range of float64, repeated keys, more than 64 levels.
    """
    if len(content) > most_bytes:
        raise ValueError(f"holds {len(content)} bytes, more than {most_bytes}")
    text = content if isinstance(content, str) else content.decode("utf-8")
    try:
        values = json.loads(
            text,
            parse_constant=_no_constant if finite else float,
            parse_float=_finite,
            parse_int=_short,
            object_pairs_hook=_without_doubles,
        )
    except RecursionError as error:
        raise ValueError(f"is nested more than {_MOST_DEPTH} levels deep") from error
    _check_depth(values)
    return values


def read(path, most_bytes=MOST_BYTES, finite=True):
    """Reads a JSON file; see `parse`.

    Raises:
        ValueError: the file cannot be read or is rejected; the message starts with its name.
    """
    try:
        with open_regular(path) as file:
            return parse(file.read(most_bytes + 1), most_bytes, finite)
    except ValueError as error:
        raise ValueError(f"{path} is damaged or no file of this package: {error}") from error


def _no_constant(word):
    raise ValueError(f"numbers must be finite; received {word}")


def _finite(text):
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"numbers must be within float64; received {text[:_MOST_DIGITS]}")
    return value


def _short(text):
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"integers must be of at most {_MOST_DIGITS} digits")
    return int(text)


def _without_doubles(pairs):
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("an object has the same key twice")
    return values


def _check_depth(values):
    """Raise ValueError if lists and objects are nested too deeply; does not recurse."""
    level = [values]
    for _ in range(_MOST_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise ValueError(f"is nested more than {_MOST_DEPTH} levels deep")


def _inside(value):
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
