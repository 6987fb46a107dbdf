"""Limits of one request: time, memory and disk."""

import math
from dataclasses import dataclass

from tfaudiogen.app.refusals import Refused


@dataclass(frozen=True)
class Limits:
    """Bounds of what the page and the interface do for one request.

    Attributes:
        count: sounds or pictures drawn, or shown of those that are ranked, at once.
        files: ranked at once.
        seconds: of one drawn sound, or of an uploaded one.
        megabytes: of an uploaded file, in millions of bytes.
        uploads: of all uploads together, in millions of bytes.
        channels: of an uploaded sound.
        megapixels: of an uploaded picture, in millions.
        points: of a map of latents, or examples of a data set that are ranked.
        waiting: requests that may wait for their turn.
        kept: sets of sounds or pictures that are kept for later; older ones are removed.
        epochs: of a training started from the page.
    """

    count: int = 16
    files: int = 64
    seconds: float = 60.0
    megabytes: float = 20.0
    uploads: float = 2000.0
    channels: int = 16
    megapixels: float = 40.0
    points: int = 1000
    waiting: int = 32
    kept: int = 200
    epochs: int = 1000

    @property
    def bytes(self):
        """Bytes of an uploaded file."""
        return int(self.megabytes * 1e6)

    @property
    def upload_bytes(self):
        """Bytes of all uploads together."""
        return int(self.uploads * 1e6)


def number(name, value, low, high, kind=float):
    """Return `value` as a number of `kind` in [low, high].

    Raises:
        Refused: it is none; the message gives name, rule and value.
    """
    try:
        exact = float(value)
        fits = math.isfinite(exact) and low <= exact <= high and kind(exact) == exact
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        what = "a whole number" if kind is int else "a number"
        raise Refused(f"{name} must be {what} from {low:g} to {high:g}; received {value!r:.40}.")
    return kind(exact)
