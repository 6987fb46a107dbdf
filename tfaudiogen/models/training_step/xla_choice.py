"""Chooses whether to compile the training step by XLA, by measuring both."""

import time
from typing import NamedTuple

import tensorflow as tf

from tfaudiogen.models.training_step.batching import size_of, with_ids
from tfaudiogen.probability import noise

_ROUNDS = 3


class Choice(NamedTuple):
    """Whether to compile, and the seconds of a step either way (None where XLA cannot)."""

    compiled: bool
    seconds: dict

    def __str__(self):
        if self.seconds[True] is None:
            return "XLA cannot compile this step; going on without"
        verb = "compiling" if self.compiled else "not compiling"
        return (
            f"XLA: a step takes {self.seconds[True]:.3g} s compiled and "
            f"{self.seconds[False]:.3g} s not; {verb}"
        )


def faster(model, batch):
    """Measure loss and gradients of a batch, compiled and not, and return the `Choice`.

    XLA is faster for some networks and slower for others, also on the same processor. Nothing is
    trained: the function measured is pure.

    Args:
        model: a `ProbabilisticModel`.
        batch: a batch; each device would get its part of it.
    """
    replicas = model.distribute_strategy.num_replicas_in_sync
    share = -(-int(size_of(batch)) // replicas)
    part = {name: values[:share] for name, values in batch.items()}
    batch = model.complete(with_ids(part))
    key = noise.Key(tf.zeros((), tf.int64), tf.zeros((), tf.int64), batch["id"])
    seconds = {compiled: _seconds(model, batch, key, compiled) for compiled in (True, False)}
    if seconds[True] is None:
        return Choice(False, seconds)
    return Choice(seconds[True] <= seconds[False], seconds)


def _seconds(model, batch, key, compiled):
    function = tf.function(model.sums_and_gradients, jit_compile=compiled, autograph=False)

    def step():
        start = time.perf_counter()
        leaf = tf.nest.flatten(function(batch, key, tf.constant(1.0)))[0]
        leaf.numpy()  # waits
        return time.perf_counter() - start

    try:
        step()
    except (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError):
        if not compiled:
            raise
        return None
    return min(step() for _ in range(_ROUNDS))
