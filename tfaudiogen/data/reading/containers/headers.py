"""Reads bytes at given offsets of a file, and skips tags."""

_BLOCK = 2**20
# Sizes of an ID3v1 tag and of the header of an APEv2 tag.
_ID3V1, _APE = 128, 32


class Bytes:
    """Random access to the bytes of a file, read in large blocks.

    Args:
        file: binary file.
    """

    def __init__(self, file):
        self._file = file
        self._start, self._block = 0, b""
        self.size = file.seek(0, 2)

    def at(self, offset, count):
        """Return `count` bytes from `offset` on, fewer at the end of the file."""
        inside = offset - self._start
        if inside < 0 or inside + count > len(self._block):
            offset = min(offset, self.size)  # offsets from headers may be anything
            self._file.seek(offset)
            self._start, self._block = offset, self._file.read(max(count, _BLOCK))
            inside = 0
        return self._block[inside : inside + count]

    def find(self, sought, offset):
        """Return the first offset of `sought` from `offset` on, or the file's size if none."""
        while len(self.at(offset, len(sought))) == len(sought):
            found = self._block.find(sought, offset - self._start)
            if found >= 0:
                return self._start + found
            offset = self._start + len(self._block) - len(sought) + 1
        return self.size

    def foreign(self, offset, stop):
        """Return the number of bytes between two offsets after tags; 0 if all are zero."""
        while (behind := after_tag(self, offset)) > offset:
            offset = behind
        blocks = range(offset, stop, _BLOCK)
        empty = all(not any(self.at(start, min(_BLOCK, stop - start))) for start in blocks)
        return 0 if empty else stop - offset


def after_id3(content, offset=0):
    """Return the offset after the ID3v2 tags at `offset`; only after the header of a damaged one.

    The size is in four bytes of seven bits (id3.org, "ID3 tag version 2.4.0", 3.1); a flag marks a
    footer of ten bytes (3.4).
    """
    while (head := content.at(offset, 10))[:3] == b"ID3" and len(head) == 10:
        size = sum((byte & 127) << 7 * power for power, byte in enumerate(head[:5:-1]))
        size += 20 if head[5] & 16 else 10
        offset += size if offset + size <= content.size else 10
    return offset


def before_id3v1(content, offset):
    """Return the offset of the ID3v1 tag that ends at `offset`, or `offset` if there is none."""
    start = max(0, offset - _ID3V1)
    return start if content.at(start, 3) == b"TAG" else offset


def after_tag(content, offset):
    """Return the offset after the ID3 or APE tag at `offset`, or `offset` if there is none."""
    if content.at(offset, 3) == b"TAG":
        return min(offset + _ID3V1, content.size)
    head = content.at(offset, _APE)
    if head[:8] == b"APETAGEX":
        return min(offset + _APE + int.from_bytes(head[12:16], "little"), content.size)
    return after_id3(content, offset)
