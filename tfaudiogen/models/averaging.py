"""The exponential moving average of a model's weights."""

import contextlib

import keras
from keras import ops


class WeightAverage:
    """a <- a + (1 - d) (w - a) after each step, d = min(`decay`, (1 + t) / (10 + t)).

    The average of the last steps of stochastic gradient descent is a better estimate than the last
    step (Polyak and Juditsky, 1992); the rising d keeps the first weights from weighing on it.

    Args:
        weights: the trainable variables.
        decay: in (0, 1); 0.999 averages over about the last thousand steps.
    """

    def __init__(self, weights, decay):
        if not 0.0 < decay < 1.0:
            raise ValueError(f"average must be between 0 and 1, or None; received {decay}")
        self.weights, self.decay = list(weights), decay
        self.variables = [
            keras.Variable(
                ops.convert_to_numpy(weight),
                dtype=weight.dtype,
                trainable=False,
                aggregation="only_first_replica",
                name=f"average_{number}",
            )
            for number, weight in enumerate(self.weights)
        ]

    def update(self, step):
        """Move the average towards the weights; `step` counts the finished optimiser steps."""
        step = ops.cast(step, "float32")
        share = 1.0 - ops.minimum(self.decay, (1.0 + step) / (10.0 + step))
        for average, weight in zip(self.variables, self.weights, strict=True):
            average.assign_add(ops.cast(share, average.dtype) * (weight - average))

    @contextlib.contextmanager
    def in_place(self):
        """Context in which the weights have their averages as values."""
        trained = [ops.convert_to_numpy(weight) for weight in self.weights]
        try:
            for weight, average in zip(self.weights, self.variables, strict=True):
                weight.assign(ops.convert_to_numpy(average))
            yield
        finally:
            for weight, value in zip(self.weights, trained, strict=True):
                weight.assign(value)
