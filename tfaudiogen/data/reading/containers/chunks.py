"""Formats made of chunks: WAV (RIFF, RIFX, RF64), AIFF and 8SVX (FORM), Wave64 and CAF.

The header's size of the sound chunk is wrong after an interrupted recording, a pipe or a truncated
copy. The decoder gets the actual size instead.
"""

from dataclasses import dataclass

from tfaudiogen.data.reading.containers.part import CUT, MORE, Part
from tfaudiogen.data.reading.containers.view import patched

_W64_TAIL = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
_LONG_SIZES = b"ds64"
# Leading bits of sizes that stand for an unknown length: 7FFFF000, 80000000 and FFFFFFFF, to which
# some programs add or subtract the size of the header.
_UNKNOWN = (0x7FFFF, 0x80000, 0xFFFFF)


@dataclass(frozen=True)
class Layout:
    """The chunk layout of a format.

    Attributes:
        sound: names of the sound chunk.
        order: byte order of sizes.
        head: bytes before the first chunk.
        name, width: bytes of a chunk's name and of its size field.
        align: chunks begin at multiples of this.
        whole: whether a size includes the chunk header (name and size field).
    """

    sound: tuple = (b"data",)
    order: str = "little"
    head: int = 12
    name: int = 4
    width: int = 4
    align: int = 2
    whole: bool = False

    @property
    def header(self):
        """Bytes of a chunk header."""
        return self.name + self.width

    def is_name(self, name):
        """Return whether `name` is a possible chunk name, and not sound data."""
        tail = _W64_TAIL if self.name == 16 else b""
        letters = all(32 <= byte < 127 for byte in name[:4])
        return len(name) == self.name and letters and name[4:] == tail


LAYOUTS = {
    b"RIFF": Layout(),
    b"RF64": Layout(),
    b"BW64": Layout(),
    b"RIFX": Layout(order="big"),
    b"FORM": Layout((b"SSND", b"BODY"), "big"),
    b"caff": Layout(order="big", head=8, width=8, align=1),
    b"riff": Layout((b"data" + _W64_TAIL,), head=40, name=16, width=8, align=8, whole=True),
}


def parts(content, start):
    """Yield the `Part`s of concatenated files.

    Args:
        content: the `Bytes` of the file.
        start: offset of the first.
    """
    while content.at(start, 4) in LAYOUTS:
        walk = _Generation(content, start)
        yield walk.part()
        start = walk.offset


class _Generation:
    """A walk through the chunks of one of several concatenated files, from `start` to `offset`."""

    def __init__(self, content, start):
        self._content, self._start, self._end = content, start, content.size
        self._layout = LAYOUTS[content.at(start, 4)]
        self._long_size = None
        self._size_offset, self._announced, self._held, self._unread = None, 0, 0, 0
        self.offset = start + self._layout.head
        while self._is_chunk(self.offset):
            self._pass_chunk()
        # A file without sound chunk may be damaged in a way that the decoder can handle.
        self.offset = self._end if self._size_offset is None else min(self.offset, self._end)

    def part(self):
        """Return the file as a `Part`, with the actual size of the sound."""
        offset = range(self._start, self.offset)
        if self._size_offset is None:
            return Part([offset])
        rest = self._unread + self._rest()
        why = CUT if self._announced > self._held else MORE if rest else ""
        held = self._held / max(1, self._announced + rest)
        return Part(patched(offset, self._size()), held=held if why else 1.0, why=why)

    def _chunk(self, offset):
        """Return the name and the size of a possible chunk at `offset`."""
        layout = self._layout
        name = self._content.at(offset, layout.name)
        size = self._content.at(offset + layout.name, layout.width)
        size = int.from_bytes(size, layout.order)
        return name, size - (layout.header if layout.whole and size >= layout.header else 0)

    def _is_chunk(self, offset):
        """Return whether there is a chunk at `offset`, complete unless it is the sound chunk."""
        name, size = self._chunk(offset)
        fits = name in self._layout.sound or offset + self._layout.header + size <= self._end
        return self._layout.is_name(name) and name[:4] not in LAYOUTS and fits

    def _pass_chunk(self):
        layout = self._layout
        name, size = self._chunk(self.offset)
        first = self.offset + layout.header
        if name[:4] == _LONG_SIZES:
            self._long_size = int.from_bytes(self._content.at(first + 8, 8), layout.order)
        if name in layout.sound:
            size = self._pass_sound(self.offset + layout.name, first, size)
        end = first + size
        padded = self._start + -(-(end - self._start) // layout.align) * layout.align
        # Some programs write no padding.
        self.offset = end if self._is_chunk(end) and not self._is_chunk(padded) else padded

    def _pass_sound(self, where, first, size):
        """Record a sound chunk; return its size in bytes."""
        room = self._end - first
        size = self._true_size(first, size, room)
        if self._size_offset is not None:
            self._unread += min(size, room)
        else:
            self._size_offset, self._announced, self._held = where, size, min(size, room)
        return size

    def _true_size(self, first, size, room):
        """Return the intended size of a sound chunk from its size field."""
        bits = 8 * self._layout.width
        if self._long_size is not None and size == 2**bits - 1:
            return self._long_size
        unknown = size >> (bits - 20) in _UNKNOWN
        never_set = size == 0 and room and not self._is_end(first)
        overflown = room > size and (room - size) % 2**bits == 0
        return room if unknown or never_set or overflown else size

    def _is_end(self, offset):
        return self._is_chunk(offset) or self._content.at(offset, 4) in LAYOUTS

    def _rest(self):
        """Return the number of bytes after the last chunk that are no tags, zeros or next file."""
        joined = self._content.at(self.offset, 4) in LAYOUTS
        return 0 if joined else self._content.foreign(self.offset, self._end)

    def _size(self):
        """Return the patch that corrects the size of the sound, empty if it is right."""
        layout, where = self._layout, self._size_offset
        size = self._held + (layout.header if layout.whole else 0)
        size = min(size, 2 ** (8 * layout.width) - 1).to_bytes(layout.width, layout.order)
        in_its_place = self._content.at(where, layout.width)
        keep = size == in_its_place or self._long_size is not None
        return {} if keep else {where: size}
