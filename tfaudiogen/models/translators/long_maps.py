"""Latent maps for sounds of any length, in windows that overlap by half.

Consecutive windows of T columns share T / 2 columns, like code maps (see
`models/modalities/code_windows.py`). If T is odd, for example 1, they do not overlap.
"""

import tensorflow as tf

from tfaudiogen.models.modalities.code_windows import windows_of


def columns(shape, windows):
    """Return the number of columns of a long map of windows with the shape (T, F, C)."""
    return shape[0] + (windows - 1) * _stride(shape[0])


def _stride(size):
    return size // 2 if size % 2 == 0 else size


def split(one, size, windows):
    """Splits a long map [B, columns, F, C] into windows [B W, T, F, C].

    Args:
        one: the long map.
        size: T.
        windows: W.
    """
    if windows == 1:
        return one
    found = windows_of(one, size)  # [B, W, T, F, C]
    return tf.reshape(found, (-1, *found.shape[2:]))


def average(parts, windows):
    """Joins windows [B W, T, F, C] to a long map [B, columns, F, C], averaging the overlaps."""
    if windows == 1:
        return parts
    size = parts.shape[1]
    parts = tf.reshape(parts, (-1, windows, *parts.shape[1:]))
    if size % 2:
        return tf.reshape(parts, (-1, windows * size, *parts.shape[3:]))
    first, second = tf.split(parts, 2, axis=2)  # [B, W, T / 2, F, C]
    middle = 0.5 * (first[:, 1:] + second[:, :-1])
    halves = tf.concat([first[:, :1], middle, second[:, -1:]], axis=1)  # [B, W + 1, T / 2, F, C]
    return tf.reshape(halves, (-1, (windows + 1) * size // 2, *parts.shape[3:]))
