"""Splits code maps of sounds of any length into windows that overlap by half, and joins them.

A map of W windows has (W + 1) / 2 times the columns of one window. Windows are positioned as in
`models/modalities/windows.py`. Overlapping windows share their codes, so their decoded images agree
except for edge effects of the network, and are blended.
"""

import tensorflow as tf


def check_columns(shapes):
    """Raise ValueError unless code maps can be halved in time; see `have_halves`.

    Args:
        shapes: (T, ...) of the maps of all levels, top level first.
    """
    if not have_halves(shapes):
        raise ValueError(
            "sounds longer than a window need code maps with an even number of time columns, "
            "multiples of those of the top level; this model has "
            f"{[shape[0] for shape in shapes]}"
        )


def have_halves(shapes):
    """Return whether all T are even and multiples of the top level's T.

    Args:
        shapes: (T, ...) of the maps of all levels, top level first.
    """
    return not any(shape[0] % 2 or shape[0] % shapes[0][0] for shape in shapes)


def windows_of(code, columns):
    """Splits a map [B, T (W + 1) / 2, ...] into windows [B, W, T, ...] of T = `columns` columns."""
    # A map with an odd number of columns cannot be halved, so it is a single window.
    return tf.signal.frame(code, columns, columns // 2 if columns % 2 == 0 else columns, axis=1)


def join(windows):
    """Joins windows [W, T, ...] that were encoded separately to a map [T (W + 1) / 2, ...].

    In overlaps each column comes from the window in which it is nearer to the middle, where the
    network has context on both sides.
    """
    columns = windows.shape[1]
    stride, quarter = max(1, columns // 2), columns // 4
    middle = tf.reshape(windows[:, quarter : quarter + stride], (-1, *windows.shape[2:]))
    return tf.concat([windows[0, :quarter], middle, windows[-1, quarter + stride :]], axis=0)
