"""Numbers the examples of batches and applies functions in smaller batches."""

import contextlib
import contextvars

import tensorflow as tf
from tqdm import tqdm

_BATCH = 8
_between = contextvars.ContextVar("between", default=None)


@contextlib.contextmanager
def between_parts(function):
    """Context in which `function` is called before each part of a computation done in parts.

    The function can stop a long computation by raising an exception.
    """
    before = _between.set(function)
    try:
        yield
    finally:
        _between.reset(before)


def part_begins():
    """Calls the function set by `between_parts`, if any."""
    function = _between.get()
    if function is not None:
        function()


def with_ids(batch, first=0):
    """Return a batch with "id" int64 [B]: its own, or `first`, `first` + 1, ... by default.

    Args:
        batch: dict of tensors with leading dimension B.
        first: int, or int64 scalar tensor.
    """
    if "id" in batch:
        return batch
    return {**batch, "id": first + tf.range(tf.cast(size_of(batch), tf.int64))}


def size_of(batch):
    """Return B, an int32 scalar tensor, of a dict of tensors with leading dimension B."""
    return tf.shape(next(iter(batch.values())))[0]


def numbered(batches):
    """Yield batches `with_ids`, numbered consecutively across batches."""
    first = 0
    for batch in batches:
        yield with_ids(batch, first)
        first += int(size_of(batch))


def in_batches(function, values, progress=False, size=_BATCH):
    """Applies `function` to `values` [B, ...], `size` at a time, to bound memory."""
    starts = range(0, len(values), size)
    bar = tqdm(starts, unit="batch", leave=False, disable=None if progress else True)
    return tf.concat([_part(function, values[i : i + size]) for i in bar], axis=0)


def _part(function, values):
    part_begins()
    return function(values)
