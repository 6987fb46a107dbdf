"""Converts arrays given by callers to sounds, pictures and vectors, with checks.

Arrays are of numpy, tensors, or lists. Integers are scaled by the full scale of their type, and
what is probably a mistake (channels as sounds, integers as floats) is refused with its cure.
"""

import numpy as np

LOUDEST = 4.0
"""Greatest magnitude of a waveform, whose full scale is 1: decoders overshoot, integers are far
above."""

MOST_CHANNELS = 8
"""Least columns with which rows are sounds: so few samples are no sound, but channels."""

# Zero and full scale of integers; those of other types, such as Python's, are taken as they are.
_OF_SAMPLES = {
    "uint8": (128, 2**7),
    "int8": (0, 2**7),
    "int16": (0, 2**15),
    "int32": (0, 2**31),
}
_OF_PIXELS = {"uint8": (0, 2**8 - 1), "uint16": (0, 2**16 - 1)}


def waveforms(values, name="waveform"):
    """Return float32 [N] or [B, N], with 1 for full scale, of one sound or of B sounds.

    Args:
        values: numbers [N] or [B, N]; floats, or integers of 8, 16 or 32 bits, which are scaled.
        name: of the argument, for messages.

    Raises:
        ValueError: for another shape or type, what looks like [N, channels], numbers that are not
            finite, and magnitudes over `LOUDEST`.
    """
    sounds = _numbers(values, name, _OF_SAMPLES)
    if sounds.ndim not in (1, 2) or sounds.size == 0:
        raise ValueError(
            f"{name} must have the shape [N] or [B, N] and not be empty, received shape "
            f"{list(sounds.shape)}: give channels one by one, or their mean"
        )
    if sounds.ndim == 2 and sounds.shape[1] <= MOST_CHANNELS < sounds.shape[0]:
        raise ValueError(
            f"{name} must have the shape [N] or [B, N], received shape {list(sounds.shape)}, "
            f"which looks like {sounds.shape[0]} samples of {sounds.shape[1]} channels: give their "
            f"mean, {name}.mean(axis=1), or each channel as a sound, {name}.T"
        )
    _check_finite(sounds, name)
    place = np.unravel_index(np.argmax(np.abs(sounds)), sounds.shape)
    if abs(sounds[place]) > LOUDEST:
        raise ValueError(
            f"{name} must be in [-1, 1], received {sounds[place]:g} at {_index(place)}: divide by "
            "the full scale of its integers, 32768 for those of 16 bits, or give the integers"
        )
    return sounds


def pictures(values, shape, name="picture"):
    """Return float32 [H, W, C] or [B, H, W, C] in [0, 1] of one picture or of B pictures.

    Args:
        values: floats in [0, 1], or unsigned integers of 8 or 16 bits, which are scaled.
        shape: (H, W, C) of the model.
        name: of the argument, for messages.

    Raises:
        ValueError: for another shape or type, and numbers outside of [0, 1].
    """
    found = _numbers(values, name, _OF_PIXELS)
    if found.ndim not in (3, 4) or found.shape[-3:] != tuple(shape) or not found.size:
        sizes = ", ".join(map(str, shape))
        raise ValueError(
            f"{name} must have the shape [{sizes}] or [B, {sizes}] and not be empty, received "
            f"shape {list(found.shape)}{_cure(found.shape, tuple(shape), name)}"
        )
    _check_finite(found, name)
    place = np.unravel_index(np.argmax(np.abs(found - 0.5)), found.shape)
    if not 0.0 <= found[place] <= 1.0:
        raise ValueError(
            f"{name} must hold numbers in [0, 1], received {found[place]:g} at {_index(place)}: "
            "divide by 255, or give integers of the type uint8"
        )
    return found


def vectors(values, size, name="vector"):
    """Return float32 [E] or [B, E] of one vector or of B vectors of `size` E.

    Raises:
        ValueError: for another shape or type, or numbers that are not finite.
    """
    found = _numbers(values, name, {})
    if found.ndim not in (1, 2) or found.shape[-1] != size or not found.size:
        raise ValueError(
            f"{name} must have the shape [{size}] or [B, {size}], received shape "
            f"{list(found.shape)}"
        )
    _check_finite(found, name)
    return found


def _numbers(values, name, scales):
    """Return a float32 array; integers less the zero of their type, over its full scale."""
    try:
        found = np.asarray(values)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{name} must be one array of numbers: give those of unlike lengths one by one "
            f"({error})"
        ) from error
    if found.dtype.kind not in "iuf" and found.dtype.name != "bfloat16":
        raise ValueError(f"{name} must hold numbers, received the type {found.dtype}")
    zero, full = scales.get(found.dtype.name, (0, 1))
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and refused
        found = found.astype(np.float32)
    return found if full == 1 else (found - np.float32(zero)) / np.float32(full)


def _check_finite(found, name):
    finite = np.isfinite(found)
    if not finite.all():
        place = np.unravel_index(np.argmin(finite), found.shape)
        raise ValueError(f"{name} must be finite, received {found[place]} at {_index(place)}")


def _index(place):
    """Return the index of a number as a user would write it."""
    return f"[{', '.join(map(str, place))}]"


def _cure(received, wanted, name):
    """Return what makes the wanted shape (H, W, C) of what was received, if that can be seen."""
    height, width, channels = wanted
    if received[-3:] == (channels, height, width):
        return f", whose channels come first: give np.moveaxis({name}, -3, -1)"
    if channels == 1 and received[-2:] == (height, width):
        return f", without channels: give {name}[..., None]"
    return ""
