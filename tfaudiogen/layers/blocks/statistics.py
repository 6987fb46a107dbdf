"""Returns sufficient statistics of layers from a pure, compiled training step.

A moving average that a layer updates inside a compiled, replicated function silently drifts apart
between replicas. So a layer reports sums here; the training step returns them, adds them up over
the replicas, and passes them to `layer.update_statistics(sums)`.
"""

import contextlib
import threading

import tensorflow as tf

_collecting = threading.local()


@contextlib.contextmanager
def collect():
    """Context that collects reports of this thread; yields a dict from layer path to sums."""
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
    """Return the decay of a moving average at its next step, at most `decay`.

    It rises as t / (9 + t), t the number of previous steps, so the first batch replaces the state.
    """
    return tf.minimum(decay, age / (9.0 + age))
