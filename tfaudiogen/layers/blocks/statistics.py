"""Hands sufficient statistics of layers out of a pure, compiled step.

A moving average that a layer updates inside a compiled, replicated function drifts apart between
replicas without a word. So a layer reports sums here, the training step returns them, adds them
up over the replicas, and gives them back through `layer.update_statistics(sums)`.
"""

import contextlib
import threading

import tensorflow as tf

_collecting = threading.local()


@contextlib.contextmanager
def collect():
    """Collect what layers report in this thread: yields a dict from layer path to sums."""
    outer, _collecting.found = getattr(_collecting, "found", None), {}
    try:
        yield _collecting.found
    finally:
        _collecting.found = outer


def report(layer, sums):
    """Report `sums`, a dict of tensors that add up over examples and replicas."""
    found = getattr(_collecting, "found", None)
    if found is not None:
        found[layer.path] = sums


def kept(decay, age):
    """Return how much of a moving average its next step keeps, `decay` at most.

    It rises as t / (9 + t) with the steps t before, from nothing: the first batch counts alone.
    """
    return tf.minimum(decay, age / (9.0 + age))
