"""Applying a function a few examples at a time."""

import tensorflow as tf
from tqdm import tqdm

_BATCH = 8


def in_batches(function, values, progress=False):
    """Apply `function` to `values` [B, ...] a few at a time, so that memory stays bounded."""
    starts = range(0, len(values), _BATCH)
    bar = tqdm(starts, unit="batch", leave=False, disable=None if progress else True)
    return tf.concat([function(values[i : i + _BATCH]) for i in bar], axis=0)
