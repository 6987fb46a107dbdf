"""Files of chunks: WAV (RIFF, RIFX, RF64), AIFF and 8SVX (FORM), Wave64 and CAF.

The size of the chunk of sound is what a recorder that was stopped, a pipe and a copy that was cut
short leave wrong. The decoder is given the size that there is.
"""

from dataclasses import dataclass

from tfaudiogen.data.reading.containers.part import CUT, MORE, Part
from tfaudiogen.data.reading.containers.view import patched

_W64_TAIL = b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
_LONG_SIZES = b"ds64"
# Sizes that are written where the length is not known: 7FFFF000, 80000000 and FFFFFFFF, some
# programs adding or taking away the size of the header.
_UNKNOWN = (0x7FFFF, 0x80000, 0xFFFFF)


@dataclass(frozen=True)
class Layout:
    """How chunks are laid out.

    Attributes:
        sound: names of the chunk of sound.
        order: of the bytes of a size.
        head: bytes before the first chunk.
        name, width: bytes of the name and of the size of a chunk.
        align: a chunk begins at a multiple of it.
        whole: whether a size includes name and size.
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
        """Bytes before what a chunk holds."""
        return self.name + self.width

    def is_name(self, name):
        """Return whether a chunk may be called so, as no sound is."""
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
    """Yield the `Part`s of the files of chunks that follow each other.

    Args:
        content: `Bytes`.
        start: place of the first.
    """
    while content.at(start, 4) in LAYOUTS:
        walk = _Generation(content, start)
        yield walk.part()
        start = walk.place


class _Generation:
    """A walk through the chunks of one file, from `start` to `place`."""

    def __init__(self, content, start):
        self._content, self._start, self._end = content, start, content.size
        self._layout = LAYOUTS[content.at(start, 4)]
        self._long_size = None
        self._size_place, self._announced, self._held, self._unread = None, 0, 0, 0
        self.place = start + self._layout.head
        while self._is_chunk(self.place):
            self._pass_chunk()
        # What has no sound may be damaged in a way that a decoder knows to handle.
        self.place = self._end if self._size_place is None else min(self.place, self._end)

    def part(self):
        """Return the file as a `Part`, with the size of the sound that there is."""
        place = range(self._start, self.place)
        if self._size_place is None:
            return Part([place])
        rest = self._unread + self._rest()
        why = CUT if self._announced > self._held else MORE if rest else ""
        held = self._held / max(1, self._announced + rest)
        return Part(patched(place, self._size()), held=held if why else 1.0, why=why)

    def _chunk(self, place):
        """Return the name and the size of what would be a chunk."""
        layout = self._layout
        name = self._content.at(place, layout.name)
        size = self._content.at(place + layout.name, layout.width)
        size = int.from_bytes(size, layout.order)
        return name, size - (layout.header if layout.whole and size >= layout.header else 0)

    def _is_chunk(self, place):
        """Return whether there is a chunk, all of it but for the sound."""
        name, size = self._chunk(place)
        fits = name in self._layout.sound or place + self._layout.header + size <= self._end
        return self._layout.is_name(name) and name[:4] not in LAYOUTS and fits

    def _pass_chunk(self):
        layout = self._layout
        name, size = self._chunk(self.place)
        first = self.place + layout.header
        if name[:4] == _LONG_SIZES:
            self._long_size = int.from_bytes(self._content.at(first + 8, 8), layout.order)
        if name in layout.sound:
            size = self._pass_sound(self.place + layout.name, first, size)
        end = first + size
        padded = self._start + -(-(end - self._start) // layout.align) * layout.align
        # Some programs leave the padding out.
        self.place = end if self._is_chunk(end) and not self._is_chunk(padded) else padded

    def _pass_sound(self, where, first, size):
        """Note a chunk of sound; return how many bytes it has."""
        room = self._end - first
        size = self._true_size(first, size, room)
        if self._size_place is not None:
            self._unread += min(size, room)
        else:
            self._size_place, self._announced, self._held = where, size, min(size, room)
        return size

    def _true_size(self, first, size, room):
        """Return a size of sound as it was meant."""
        bits = 8 * self._layout.width
        if self._long_size is not None and size == 2**bits - 1:
            return self._long_size
        unknown = size >> (bits - 20) in _UNKNOWN
        never_set = size == 0 and room and not self._is_end(first)
        overflown = room > size and (room - size) % 2**bits == 0
        return room if unknown or never_set or overflown else size

    def _is_end(self, place):
        return self._is_chunk(place) or self._content.at(place, 4) in LAYOUTS

    def _rest(self):
        """Return the number of bytes behind the last chunk that belong to nothing."""
        joined = self._content.at(self.place, 4) in LAYOUTS
        return 0 if joined else self._content.foreign(self.place, self._end)

    def _size(self):
        """Return the patch that the size of the sound needs."""
        layout, where = self._layout, self._size_place
        size = self._held + (layout.header if layout.whole else 0)
        size = min(size, 2 ** (8 * layout.width) - 1).to_bytes(layout.width, layout.order)
        in_its_place = self._content.at(where, layout.width)
        keep = size == in_its_place or self._long_size is not None
        return {} if keep else {where: size}
