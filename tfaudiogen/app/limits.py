"""Limits of one request: time, memory and disk."""

import math
from dataclasses import dataclass

from tfaudiogen.app.refusals import Refused


@dataclass(frozen=True)
class Limits:
    """Maximum values for requests to the page and the HTTP interface.

    Attributes:
        count: sounds or images generated, or ranking results shown, per request.
        files: files ranked per request.
        seconds: duration of a generated or uploaded sound.
        megabytes: size of an uploaded file in 10^6 bytes.
        uploads: total size of all uploads in 10^6 bytes.
        channels: channels of an uploaded sound.
        megapixels: size of an uploaded image in 10^6 pixels.
        points: points of a map of latents, or examples of a data set that are ranked.
        waiting: requests waiting in the queue.
        kept: stored sets of sounds or images; older ones are deleted.
        epochs: epochs of a training started from the page.
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
        """Maximum bytes of an uploaded file."""
        return int(self.megabytes * 1e6)

    @property
    def upload_bytes(self):
        """Maximum total bytes of all uploads."""
        return int(self.uploads * 1e6)


def number(name, value, low, high, kind=float):
    """Return `value` as a number of `kind` in [low, high].

    Raises:
        Refused: it is not; the message has name, range and value.
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
