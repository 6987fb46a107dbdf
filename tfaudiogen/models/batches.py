"""Applying a function a few examples at a time."""

import tensorflow as tf
from tqdm import tqdm

_BATCH = 8


def in_batches(function, values, progress=False, size=_BATCH):
    """Apply `function` to `values` [B, ...], `size` at a time, so that memory stays bounded."""
    starts = range(0, len(values), size)
    bar = tqdm(starts, unit="batch", leave=False, disable=None if progress else True)
    return tf.concat([function(values[i : i + size]) for i in bar], axis=0)
