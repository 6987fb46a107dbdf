"""Inputs of requests: audio or images."""

from tfaudiogen.serving.signatures.pictures import PictureGiven
from tfaudiogen.serving.signatures.sounds import SoundGiven

_GIVEN = {"sounds": SoundGiven, "pictures": PictureGiven}


def given_of(representation, limits):
    """Return the `SoundGiven` of a `Spectrogram`, or the `PictureGiven` of `Pictures`."""
    return _GIVEN[representation.kind](representation, limits)
