"""FLAC: the streams that follow each other in a file, each to its real end."""

from tfaudiogen.data.reading.containers.headers import before_id3v1
from tfaudiogen.data.reading.containers.part import Part
from tfaudiogen.data.reading.containers.view import patched

MAGIC = b"fLaC"
# The first block is STREAMINFO: its type, 0, perhaps with the mark of the last one, and its size.
_FIRST = (MAGIC + b"\0\0\0\x22", MAGIC + b"\x80\0\0\x22")
# Of the 64 bits from byte 18 of the file on the last 36 are the number of samples (RFC 9639, 8.2).
_COUNT, _COUNT_BITS = 18, 36
_SHORTEST = 42


def parts(content, start):
    """Yield the `Part` of each stream.

    A decoder stops at the number of samples that STREAMINFO has; it is hidden from it, and
    reading ends where the frames do.

    Args:
        content: `Bytes`.
        start: place of the first.
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


def _next(content, place):
    """Return the place where the next stream begins, or the end of the file."""
    while (place := content.find(MAGIC, place)) < content.size:
        if content.at(place, 8) in _FIRST:
            return place
        place += 1
    return place
