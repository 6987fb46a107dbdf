"""A stretch of a file that a decoder can read by itself."""

from dataclasses import dataclass

# Why less is read than a file announces or holds.
CUT = "ending before the announced length"
MORE = "holding more after the announced end of the sound, which is not read"
BETWEEN = "with damaged or foreign bytes between the frames of sound"
OPEN = "whose last page is not there, so that the end may be missing"
STREAMS = "with several streams of sound at a time, of which the first is read"
# Nothing is missing.
MIXED = "joined of parts with different sample rates or channels, all of which are read"


@dataclass(frozen=True)
class Part:
    """What is to be decoded, and what is known of it.

    Attributes:
        pieces: list of `range`s of places in the file, and of bytes between them; see `View`.
        frames: samples of each channel that are announced; None for what the decoder says.
        held: fraction of the sound, by bytes, that the pieces hold.
        why: why that is not all, or why it may not be; empty where nothing is known to be missing.
    """

    pieces: list
    frames: int | None = None
    held: float = 1.0
    why: str = ""

    @property
    def size(self):
        """Bytes of the pieces."""
        return sum(map(len, self.pieces))
