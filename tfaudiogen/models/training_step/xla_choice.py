"""Chooses whether to compile the training step with XLA, by timing both variants."""

import time
from typing import NamedTuple

import tensorflow as tf

from tfaudiogen.models.training_step.batching import size_of, with_ids
from tfaudiogen.probability import noise

_ROUNDS = 3


class Choice(NamedTuple):
    """Whether to compile with XLA, and {compiled: seconds per step} (None if XLA cannot)."""

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
    """Times loss and gradients of a batch with and without XLA, and returns the `Choice`.

    XLA is faster for some networks and slower for others, even on the same processor. The timed
    function is pure, so nothing is trained.

    Args:
        model: a `ProbabilisticModel`.
        batch: a global batch; one replica's share of it is timed.
    """
    replicas = model.distribute_strategy.num_replicas_in_sync
    share = -(-int(size_of(batch)) // replicas)
    part = {name: values[:share] for name, values in batch.items()}
    batch = model.fill_defaults(with_ids(part))
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
