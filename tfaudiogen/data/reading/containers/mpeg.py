"""MPEG audio (mp3): finds the frames of each stream.

The number of frames of a stream is in a Xing, Info or VBRI tag inside its first frame; without it,
a decoder guesses from the first bit rate. Concatenated files have such a tag in the middle. The
decoder gets the frames of one stream, without other bytes between them, and their true number.
"""

from dataclasses import dataclass, field

from tfaudiogen.data.reading.containers.headers import after_tag
from tfaudiogen.data.reading.containers.mpeg_frames import counting_frame, parsed, samples_in
from tfaudiogen.data.reading.containers.part import BETWEEN, Part
from tfaudiogen.data.reading.containers.view import patched

# This many consecutive headers, each at the end of the frame before, are no coincidence.
_CONFIRMED = 3
# Offset of the word VBRI in a frame, and number of bytes to read for any tag.
_VBRI, _HEAD = 36, 64
_COUNTED, _MEASURED = 1, 2


@dataclass
class _Stream:
    """The frames of one stream.

    Attributes:
        kind: kind of the frames; see `Frame`.
        tag: (offset of the tag in the file, its first bytes); None if there is none.
        first: offset of the first frame.
        pieces: `range`s of consecutive frames.
        frames: number of frames, including that of the tag.
        lost: bytes before or between the frames that are not frames.
    """

    kind: tuple
    tag: tuple | None
    first: int
    pieces: list = field(default_factory=list)
    frames: int = 0
    lost: int = 0

    def add(self, offset, size):
        """Add the frame of `size` bytes at `offset`."""
        if self.pieces and self.pieces[-1].stop == offset:
            self.pieces[-1] = range(self.pieces[-1].start, offset + size)
        else:
            self.pieces.append(range(offset, offset + size))
        self.frames += 1


def parts(content, start):
    """Yield the `Part` of each stream.

    Args:
        content: the `Bytes` of the file.
        start: offset after the leading tags.
    """
    found = [_part(content, stream) for stream in _streams(content, start)]
    if len(found) == 1 and _is_all(found[0], range(start, content.size)):
        # The decoder skips tags by itself.
        found = [Part([range(content.size)], found[0].frames)]
    yield from found


def _is_all(part, offset):
    """Return whether a part is the whole file, except for a small tag at its end."""
    first = part.pieces[0]
    one = len(part.pieces) == 1 and not part.why and first.start == offset.start
    return one and offset.stop - first.stop < len(first) // 100


def _streams(content, offset):
    stream, lost = None, 0
    while offset < content.size:
        head = content.at(offset, _HEAD)
        frame = parsed(head[:4])
        tag = frame and _tag(offset, frame, head)
        goes_on = stream and frame and frame.kind == stream.kind and not tag
        if not _is_whole(content, offset, frame, goes_on):
            behind, foreign = _next(content, offset)
            lost += foreign
            offset = behind
            continue
        if not goes_on:
            if stream:
                yield stream
            stream = _Stream(frame.kind, tag, offset)
        stream.add(offset, frame.size)
        stream.lost, lost = stream.lost + lost, 0
        offset += frame.size
    if stream:
        stream.lost += lost
        yield stream


def _is_whole(content, offset, frame, goes_on):
    """Return whether a frame is complete, and confirmed by further frames or its stream.

    Args:
        content, offset: the `Bytes` of the file, and the offset of the frame.
        frame: `Frame` or None.
        goes_on: whether the frame continues a stream, and so needs no further confirmation.
    """
    if not frame or offset + frame.size > content.size:
        return False
    return goes_on or _is_confirmed(content, offset, frame)


def _is_confirmed(content, offset, frame):
    """Return whether frames of the same kind follow, or the file ends."""
    for _ in range(_CONFIRMED - 1):
        offset += frame.size
        following = parsed(content.at(offset, 4))
        if following is None or following.kind != frame.kind:
            return offset >= content.size - 4 or after_tag(content, offset) > offset
        frame = following
    return True


def _next(content, offset):
    """Return the next offset to examine, and the number of foreign bytes before it.

    It is the end of a tag, or a possible beginning of a frame.
    """
    behind = after_tag(content, offset)
    if behind > offset:
        return behind, 0
    behind = content.find(b"\xff", offset + 1)
    return behind, content.foreign(offset, behind)


def _tag(offset, frame, head):
    """Return (offset in the file, first bytes) of the tag in a frame, or None."""
    for where, words in ((frame.tag, (b"Xing", b"Info")), (_VBRI, (b"VBRI",))):
        # Up to two bytes of checksum may follow the header, the rest must be zero.
        if head[where : where + 4] in words and frame.kind[1] == 3 and not any(head[6:where]):
            return offset + where, head[where:]
    return None


def _part(content, stream):
    size = sum(map(len, stream.pieces))
    held = size / (size + stream.lost)
    why = BETWEEN if stream.lost else ""
    if stream.kind[1] != 3:
        return Part(stream.pieces, stream.frames * samples_in(stream.kind), held, why)
    return Part(_counted(content, stream, size), None, held, why)


def _counted(content, stream, size):
    """Return the pieces of a stream, with the frame count corrected if there are more frames."""
    count_place, size_place = _fields(stream.tag)
    first, others = stream.pieces[0], stream.pieces[1:]
    if count_place is None:
        header, tagged = content.at(stream.first, 4), stream.tag is not None
        untagged = range(first.start + parsed(header).size, first.stop) if tagged else first
        return [counting_frame(header, stream.frames - tagged), untagged, *others]
    announced = int.from_bytes(content.at(count_place, 4), "big")
    true = {size_place: size} if size_place else {}  # decoders complain about a wrong size
    if stream.frames >= announced:  # some programs include the frame of the tag
        true[count_place] = stream.frames - 1
    fields = {where: (number % 2**32).to_bytes(4, "big") for where, number in true.items()}
    return [*patched(first, {w: f for w, f in fields.items() if content.at(w, 4) != f}), *others]


def _fields(tag):
    """Return the file offsets of frame count and byte count in a tag, None if absent."""
    if tag is None:
        return None, None
    offset, found = tag
    if found[:4] == b"VBRI":
        return offset + 14, offset + 10
    flags = int.from_bytes(found[4:8], "big")
    if not flags & _COUNTED:
        return None, None
    return offset + 8, offset + 12 if flags & _MEASURED else None
