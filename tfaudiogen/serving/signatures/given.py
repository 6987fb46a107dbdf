"""Inputs of requests: sounds or pictures."""

from tfaudiogen.serving.signatures.pictures import PictureGiven
from tfaudiogen.serving.signatures.sounds import SoundGiven

_GIVEN = {"sounds": SoundGiven, "pictures": PictureGiven}


def given_of(representation, limits):
    """Return the `SoundGiven` or `PictureGiven` of a `Spectrogram` or `Pictures`."""
    return _GIVEN[representation.kind](representation, limits)
