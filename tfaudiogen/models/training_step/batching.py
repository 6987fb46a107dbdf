"""Numbers the examples of batches, and applies functions in smaller batches."""

import contextlib
import contextvars

import tensorflow as tf
from tqdm import tqdm

_BATCH = 8
_between = contextvars.ContextVar("between", default=None)


@contextlib.contextmanager
def between_parts(function):
    """Context in which a function is called before each part of what is computed in parts.

    It ends what takes long by raising an exception.
    """
    before = _between.set(function)
    try:
        yield
    finally:
        _between.reset(before)


def part_begins():
    """Call the function of `between_parts`, if there is one."""
    function = _between.get()
    if function is not None:
        function()


def with_ids(batch, first=0):
    """Return a batch with "id" int64 [B]: those it has, or `first` and the numbers after it.

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
    """Yield batches `with_ids`, which go on from one batch to the next."""
    first = 0
    for batch in batches:
        yield with_ids(batch, first)
        first += int(size_of(batch))


def in_batches(function, values, progress=False, size=_BATCH):
    """Apply `function` to `values` [B, ...], `size` at a time, so that memory stays bounded."""
    starts = range(0, len(values), size)
    bar = tqdm(starts, unit="batch", leave=False, disable=None if progress else True)
    return tf.concat([_part(function, values[i : i + size]) for i in bar], axis=0)


def _part(function, values):
    part_begins()
    return function(values)
