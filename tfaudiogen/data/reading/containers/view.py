"""A file-like view of pieces of a file and inserted bytes."""

import bisect
import itertools
import os


class View:
    """A read-only binary file made of pieces, for `soundfile.SoundFile`.

    The decoder would treat an OSError as the end of the file, so it is stored in `error` instead.

    Args:
        file: the binary file.
        pieces: list of `range`s of file offsets and of bytes.
    """

    def __init__(self, file, pieces):
        self._file = file
        self._pieces = [piece for piece in pieces if len(piece)]
        self._ends = list(itertools.accumulate(map(len, self._pieces)))
        self._position = 0
        self.error = None

    def source(self):
        """Return the object to decode: the view, or a descriptor if it is the whole file.

        With a descriptor, the decoder's many small reads do not call back into Python.
        """
        if self._pieces != [range(os.fstat(self._file.fileno()).st_size)]:
            return self
        own = os.dup(self._file.fileno())
        os.lseek(own, 0, os.SEEK_SET)
        return own

    def seek(self, offset, whence=os.SEEK_SET):
        """Set the position and return it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self):
        """Return the position."""
        return self._position

    def readinto(self, memory):
        """Read into `memory` and return the number of bytes read."""
        memory = memoryview(memory).cast("B")
        done = 0
        while done < len(memory) and self._position < self._size:
            count = self._read_piece(memory[done:])
            if not count:
                break
            done += count
            self._position += count
        return done

    def read(self, count):
        """Return `count` bytes, or fewer at the end."""
        memory = bytearray(min(count, max(0, self._size - self._position)))
        return bytes(memory[: self.readinto(memory)])

    @property
    def _size(self):
        return self._ends[-1] if self._ends else 0

    def _read_piece(self, memory):
        """Read from the piece at the position; return the number of bytes, 0 after an error."""
        number = bisect.bisect_right(self._ends, self._position)
        piece = self._pieces[number]
        inside = self._position - self._ends[number] + len(piece)
        left = piece[inside : inside + len(memory)]
        memory = memory[: len(left)]
        if isinstance(piece, bytes):
            memory[:] = left
            return len(left)
        try:
            self._file.seek(left.start)
            return self._file.readinto(memory)
        except OSError as error:
            self.error = error
            return 0


def patched(position, patches):
    """Return the pieces of a `range` of a file, with some bytes replaced.

    Args:
        position: the range.
        patches: {file offset: replacement bytes}.
    """
    pieces, start = [], position.start
    for where, content in sorted(patches.items()):
        pieces += [range(start, where), content]
        start = where + len(content)
    return [*pieces, range(start, position.stop)]
