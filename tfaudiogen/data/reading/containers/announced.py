"""Formats of one header followed by sound only: AU and NIST."""

import re

from tfaudiogen.data.reading.containers.part import CUT, MORE, Part
from tfaudiogen.data.reading.containers.view import patched

_AU = {b".snd": "big", b"dns.": "little"}
_NIST = b"NIST_1A\n"
_NIST_COUNTS = (b"sample_count", b"channel_count", b"sample_n_bytes")
_UNKNOWN = 0xFFFFFFFF
_SIZE_PLACE = 8
MAGIC = (*_AU, _NIST[:4])


def parts(content, start):
    """Yield the `Part`s of concatenated AU files, or of one NIST file.

    Args:
        content: the `Bytes` of the file.
        start: offset of the first header.
    """
    if content.at(start, 4) == _NIST[:4]:
        yield _nist(content, start)
    while content.at(start, 4) in _AU:
        part, start = _au(content, start)
        yield part


def _au(content, start):
    """Return the `Part` of an AU file, and the offset of its end."""
    order = _AU[content.at(start, 4)]
    skip, announced = (int.from_bytes(content.at(start + n, 4), order) for n in (4, _SIZE_PLACE))
    room = max(0, content.size - start - skip)
    if announced in (0, _UNKNOWN):
        announced = room
    held = min(announced, room)
    end = max(start + _SIZE_PLACE + 4, min(start + skip + held, content.size))
    size = {start + _SIZE_PLACE: min(held, _UNKNOWN).to_bytes(4, order)}
    part = _compared(patched(range(start, end), size), announced, held, _rest(content, end))
    return part, end


def _nist(content, start):
    """Return the `Part` of a NIST (SPHERE) file, which has a text header."""
    head = content.at(start, 1024)
    skip = _number(rb"NIST_1A\n\s*(\d+)", head)
    counts = [_number(name + rb" -i (\d+)", head) for name in _NIST_COUNTS]
    announced = counts[0] * counts[1] * counts[2]
    room = max(0, content.size - start - skip)
    held = min(announced, room) if announced else room
    whole = [range(start, start + skip + held)]
    return _compared(whole, announced, held, _rest(content, start + skip + held))


def _number(pattern, text):
    found = re.search(pattern, text)
    return int(found[1][:18]) if found else 0


def _rest(content, offset):
    return 0 if content.at(offset, 4) in _AU else content.foreign(offset, content.size)


def _compared(pieces, announced, held, rest):
    why = CUT if announced > held else MORE if rest else ""
    return Part(pieces, held=held / max(1, announced + rest) if why else 1.0, why=why)
