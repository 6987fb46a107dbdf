"""Inputs of requests: audio or images."""

from tfaudiogen.serving.signatures.pictures import ImageInputs
from tfaudiogen.serving.signatures.sounds import AudioInputs

_INPUTS = {"sounds": AudioInputs, "pictures": ImageInputs}


def inputs_of(representation, limits):
    """Return the `AudioInputs` of a `Spectrogram`, or the `ImageInputs` of `Pictures`."""
    return _INPUTS[representation.kind](representation, limits)
