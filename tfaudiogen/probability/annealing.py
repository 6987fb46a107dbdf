"""Annealing schedules of the weight of the KL divergence."""

import tensorflow as tf


class Annealing:
    """The weight of the KL term as a function of the optimiser step.

    Args:
        kind: "constant"; "linear", from 0 to `weight` in `steps` steps (Bowman et al., 2016); or
            "cyclical", which repeats such a ramp over the first half of every `steps` steps (Fu
            et al., "Cyclical annealing schedule", 2019).
        weight: the final weight; 1 gives the evidence lower bound.
        steps: length of the ramp or of the cycle; ignored for "constant".
    """

    kinds = ("constant", "linear", "cyclical")

    def __init__(self, kind="constant", weight=1.0, steps=1):
        if kind not in self.kinds:
            raise ValueError(f"kind must be one of {self.kinds}, received {kind!r}")
        if steps < 1:
            raise ValueError(f"steps must be at least 1, received {steps}")
        self.kind, self.weight, self.steps = kind, weight, steps

    def __call__(self, step):
        """Return the weight, float32 scalar, at the integer `step`."""
        if self.kind == "constant":
            return tf.constant(self.weight, tf.float32)
        if self.kind == "cyclical":
            step = 2 * (step % self.steps)
        return self.weight * tf.minimum(tf.cast(step, tf.float32) / self.steps, 1.0)

    def get_config(self):
        """Return the constructor's arguments."""
        return {"kind": self.kind, "weight": self.weight, "steps": self.steps}


def annealing(value):
    """Return an `Annealing` from an `Annealing`, a dict of its arguments, or a constant weight."""
    if isinstance(value, Annealing):
        return value
    return Annealing(**value) if isinstance(value, dict) else Annealing(weight=float(value))
