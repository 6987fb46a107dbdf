"""Maps of latents for sounds of any length, by windows that overlap by half.

A window of T columns and the next one share T / 2 of them, as code maps do (see
`models/priors/long_codes.py`); of one column, or another odd number, none.
"""

import tensorflow as tf

from tfaudiogen.models.priors.long_codes import windows_of


def columns(shape, windows):
    """Return the columns of the map of so many windows of maps of a shape (T, F, C)."""
    return shape[0] + (windows - 1) * _stride(shape[0])


def _stride(size):
    return size // 2 if size % 2 == 0 else size


def split(one, size, windows):
    """Return the windows [B W, T, F, C] of a long map [B, columns, F, C].

    Args:
        one: the map.
        size: T.
        windows: W.
    """
    if windows == 1:
        return one
    found = windows_of(one, size)  # [B, W, T, F, C]
    return tf.reshape(found, (-1, *found.shape[2:]))


def average(parts, windows):
    """Return the long map [B, columns, F, C] of windows [B W, T, F, C].

    Where two of them have a column in common it is the mean of both.
    """
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
