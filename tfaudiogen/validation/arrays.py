"""Validates user-supplied arrays and converts them to waveforms, images and vectors.

Arrays may be NumPy arrays, tensors or lists. Integers are scaled by the full scale of their type.
Probable mistakes (channels as batch, unscaled integers as floats) raise errors that suggest a fix.
"""

import numpy as np

LOUDEST = 4.0
"""Maximum magnitude of a waveform with full scale 1: it allows overshoot of decoders, and detects
unscaled integers."""

MOST_CHANNELS = 8
"""Arrays with at most this many columns and more than this many rows are taken for
[samples, channels], and rejected."""

# Zero and full scale by integer type; other types, such as int64 from Python ints, are not scaled.
_OF_SAMPLES = {
    "uint8": (128, 2**7),
    "int8": (0, 2**7),
    "int16": (0, 2**15),
    "int32": (0, 2**31),
}
_OF_PIXELS = {"uint8": (0, 2**8 - 1), "uint16": (0, 2**16 - 1)}


def waveforms(values, name="waveform"):
    """Converts one or B waveforms to float32 [N] or [B, N], with full scale 1.

    Args:
        values: [N] or [B, N]; floats, or integers of 8, 16 or 32 bits, which are scaled.
        name: name of the argument, for messages.

    Raises:
        ValueError: the shape or type is wrong, the shape looks like [N, channels], or values are
            not finite or exceed `LOUDEST`.
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
    index = np.unravel_index(np.argmax(np.abs(sounds)), sounds.shape)
    if abs(sounds[index]) > LOUDEST:
        raise ValueError(
            f"{name} must be in [-1, 1], received {sounds[index]:g} at {_text(index)}: divide by "
            "the full scale of its integers, 32768 for those of 16 bits, or give the integers"
        )
    return sounds


def pictures(values, shape, name="picture"):
    """Converts one or B images to float32 [H, W, C] or [B, H, W, C] in [0, 1].

    Args:
        values: floats in [0, 1], or unsigned integers of 8 or 16 bits, which are scaled.
        shape: (H, W, C) of the model.
        name: name of the argument, for messages.

    Raises:
        ValueError: the shape or type is wrong, or values are not in [0, 1].
    """
    found = _numbers(values, name, _OF_PIXELS)
    if found.ndim not in (3, 4) or found.shape[-3:] != tuple(shape) or not found.size:
        sizes = ", ".join(map(str, shape))
        raise ValueError(
            f"{name} must have the shape [{sizes}] or [B, {sizes}] and not be empty, received "
            f"shape {list(found.shape)}{_cure(found.shape, tuple(shape), name)}"
        )
    _check_finite(found, name)
    index = np.unravel_index(np.argmax(np.abs(found - 0.5)), found.shape)
    if not 0.0 <= found[index] <= 1.0:
        raise ValueError(
            f"{name} must hold numbers in [0, 1], received {found[index]:g} at {_text(index)}: "
            "divide by 255, or give integers of the type uint8"
        )
    return found


def vectors(values, size, name="vector"):
    """Converts one or B vectors of `size` E to float32 [E] or [B, E].

    Raises:
        ValueError: the shape or type is wrong, or values are not finite.
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
    """Converts to a float32 array; integers are scaled, (value - zero) / full scale."""
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
    with np.errstate(over="ignore"):  # overflow gives infinity, which is rejected later
        found = found.astype(np.float32)
    return found if full == 1 else (found - np.float32(zero)) / np.float32(full)


def _check_finite(found, name):
    finite = np.isfinite(found)
    if not finite.all():
        index = np.unravel_index(np.argmin(finite), found.shape)
        raise ValueError(f"{name} must be finite, received {found[index]} at {_text(index)}")


def _text(index):
    """Formats an index as a user would write it."""
    return f"[{', '.join(map(str, index))}]"


def _cure(received, wanted, name):
    """Return a hint on how to get the wanted shape (H, W, C), or "" if there is none."""
    height, width, channels = wanted
    if received[-3:] == (channels, height, width):
        return f", whose channels come first: give np.moveaxis({name}, -3, -1)"
    if channels == 1 and received[-2:] == (height, width):
        return f", without channels: give {name}[..., None]"
    return ""
