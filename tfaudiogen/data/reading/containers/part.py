"""A part of a file that a decoder can read by itself."""

from dataclasses import dataclass

# Reasons why less is read than a file announces or holds.
CUT = "ending before the announced length"
MORE = "holding more after the announced end of the sound, which is not read"
BETWEEN = "with damaged or foreign bytes between the frames of sound"
OPEN = "whose last page is not there, so that the end may be missing"
STREAMS = "with several streams of sound at a time, of which the first is read"
# Here nothing is missing.
MIXED = "joined of parts with different sample rates or channels, all of which are read"


@dataclass(frozen=True)
class Part:
    """A part of a file to decode.

    Attributes:
        pieces: list of `range`s of file offsets and of inserted bytes; see `View`.
        frames: announced samples per channel; None to use what the decoder reports.
        held: fraction of the sound, by bytes, that the pieces hold.
        why: reason why the sound is, or may be, incomplete; empty if nothing is known to be
            missing.
    """

    pieces: list
    frames: int | None = None
    held: float = 1.0
    why: str = ""

    @property
    def size(self):
        """Total bytes of the pieces."""
        return sum(map(len, self.pieces))
