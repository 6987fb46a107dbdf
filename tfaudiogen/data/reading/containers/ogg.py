"""Ogg: the links of a chain, and the pages of one audio stream of each link (RFC 3533).

A decoder would read the first link only, and fail if a video stream comes first.
"""

from dataclasses import dataclass, field

from tfaudiogen.data.reading.containers.part import BETWEEN, OPEN, STREAMS, Part

MAGIC = b"OggS"
_HEADER = 27
_BEGINS, _ENDS = 2, 4
# The content of the first page of an audio stream begins with one of these.
_SOUNDS = (b"\x01vorbis", b"OpusHead", b"\x7fFLAC", b"Speex   ")


@dataclass
class _Stream:
    """One stream: first bytes (`begin`), `range`s of its pages (`pieces`), whether it has ended."""

    begin: bytes
    pieces: list = field(default_factory=list)
    ended: bool = False

    def add(self, page):
        """Add a page, a `range` of the file."""
        if self.pieces and self.pieces[-1].stop == page.start:
            page = range(self.pieces.pop().start, page.stop)
        self.pieces.append(page)


@dataclass
class _Link:
    """A link of a chain: streams that begin together.

    Attributes:
        streams: {serial number: _Stream}.
        stop: offset of its end in the file.
        lost: bytes that belong to no page.
        going: whether there were pages other than the first of each stream.
    """

    streams: dict = field(default_factory=dict)
    stop: int = 0
    lost: int = 0
    going: bool = False

    def part(self):
        """Return the `Part` of the first audio stream, or of the first stream if there is none."""
        streams = list(self.streams.values())
        sounds = [stream for stream in streams if stream.begin.startswith(_SOUNDS)]
        chosen = (sounds or streams)[0]
        size = sum(map(len, chosen.pieces))
        held = size / (size + self.lost)
        why = STREAMS if len(sounds) > 1 else "" if chosen.ended else OPEN
        # A decoder can skip damaged pages, but not pages of other streams.
        whole = [range(chosen.pieces[0].start, self.stop)]
        pieces = chosen.pieces if len(streams) > 1 else whole
        return Part(pieces, held=held, why=why or (BETWEEN if self.lost else ""))


def parts(content, start):
    """Yield the `Part` of each link.

    Args:
        content: the `Bytes` of the file.
        start: offset of the first page.
    """
    link, offset = _Link(), start
    while offset < content.size:
        page = _page(content, offset)
        if page is None:
            found = content.find(MAGIC, offset + 1)
            link.lost += content.foreign(offset, found)
            offset = found
            continue
        flags, serial = content.at(offset + 5, 1)[0], content.at(offset + 14, 4)
        if flags & _BEGINS and link.streams and (link.going or serial in link.streams):
            yield link.part()
            link = _Link()
        _add(link, content, page, flags, serial)
        link.stop = offset = page.stop
    link.stop = content.size
    if link.streams:
        yield link.part()


def _add(link, content, page, flags, serial):
    if flags & _BEGINS:
        body = page.start + _HEADER + content.at(page.start + _HEADER - 1, 1)[0]
        link.streams[serial] = _Stream(content.at(body, 8))
    else:
        link.going = True
    if serial in link.streams:
        link.streams[serial].add(page)
        link.streams[serial].ended |= bool(flags & _ENDS)
    else:
        link.lost += len(page)


def _page(content, offset):
    """Return the `range` of the page at `offset`, or None if there is no complete page.

    If another page begins inside it, bytes are missing.
    """
    head = content.at(offset, _HEADER)
    if head[:4] != MAGIC or len(head) < _HEADER:
        return None
    sizes = content.at(offset + _HEADER, head[-1])
    stop = offset + _HEADER + len(sizes) + sum(sizes)
    if len(sizes) < head[-1] or stop > content.size:
        return None
    goes_on = stop == content.size or content.at(stop, 4) == MAGIC
    return range(offset, stop) if goes_on or content.find(MAGIC, offset + 1) >= stop else None
