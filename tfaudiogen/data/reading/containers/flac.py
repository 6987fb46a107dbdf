"""FLAC: concatenated streams, each read to its real end."""

from tfaudiogen.data.reading.containers.headers import before_id3v1
from tfaudiogen.data.reading.containers.part import Part
from tfaudiogen.data.reading.containers.view import patched

MAGIC = b"fLaC"
# The first block is STREAMINFO: type 0, with or without the last-block flag, and its size.
_FIRST = (MAGIC + b"\0\0\0\x22", MAGIC + b"\x80\0\0\x22")
# The number of samples is the last 36 of the 64 bits from byte 18 on (RFC 9639, 8.2).
_COUNT, _COUNT_BITS = 18, 36
_SHORTEST = 42


def parts(content, start):
    """Yield the `Part` of each stream.

    A decoder would stop at the number of samples in STREAMINFO. That field is patched to unknown,
    so that decoding ends where the frames end.

    Args:
        content: the `Bytes` of the file.
        start: offset of the first stream.
    """
    while start < content.size:
        end = _next(content, start + len(MAGIC))
        field = int.from_bytes(content.at(start + _COUNT, 8), "big")
        frames = field % 2**_COUNT_BITS
        unknown = {start + _COUNT: (field - frames).to_bytes(8, "big")}
        stream = range(start, before_id3v1(content, end))
        yield Part(
            patched(stream, unknown) if len(stream) > _SHORTEST else [stream], frames or None
        )
        start = end


def _next(content, offset):
    """Return the offset of the next stream, or of the end of the file."""
    while (offset := content.find(MAGIC, offset)) < content.size:
        if content.at(offset, 8) in _FIRST:
            return offset
        offset += 1
    return offset
