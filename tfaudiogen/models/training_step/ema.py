"""Exponential moving average (EMA) of a model's weights."""

import contextlib
import zlib

import keras
from keras import ops


class WeightAverage:
    """Exponential moving average of a model's weights.

        a <- a + (1 - d) (w - a) after each step,    d = min(`decay`, (1 + t) / (10 + t))

    The average of the last steps of stochastic gradient descent is a better estimate than the last
    step (Polyak and Juditsky, 1992). The rising d reduces the influence of the initial weights.

    During training steps the model holds w and `variables` hold a. At all other times they are
    swapped, so evaluation, saving and sampling use a. Weights assigned from outside while swapped
    replace both w and a, and training continues from them.

    Args:
        weights: the trainable variables.
        decay: in (0, 1); 0.999 averages over roughly the last thousand steps.
    """

    def __init__(self, weights, decay):
        if not 0.0 < decay < 1.0:
            raise ValueError(f"ema_momentum must be between 0 and 1, or None; received {decay}")
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
        # Before the first step the averages equal the weights.
        self.in_place, self._placed = True, None

    def update(self, step):
        """Moves the average towards the weights; `step` counts the finished optimizer steps."""
        step = ops.cast(step, "float32")
        share = 1.0 - ops.minimum(self.decay, (1.0 + step) / (10.0 + step))
        for average, weight in zip(self.variables, self.weights, strict=True):
            average.assign_add(ops.cast(share, average.dtype) * (weight - average))

    def put(self, in_place):
        """Makes the model hold the averages (`in_place`) or the weights of the last step."""
        if in_place and not self.in_place:
            self._exchange()
            self._placed = _checksum(self.weights)
        elif self.in_place and not in_place:
            if self._placed == _checksum(self.weights):
                self._exchange()
            else:
                self._begin()
        self.in_place = in_place

    @contextlib.contextmanager
    def held(self, in_place):
        """Context that calls `put` and restores the previous state on exit."""
        before = self.in_place
        self.put(in_place)
        try:
            yield
        finally:
            self.put(before)

    def _exchange(self):
        for weight, other in zip(self.weights, self.variables, strict=True):
            value = ops.convert_to_numpy(weight)
            weight.assign(ops.convert_to_numpy(other))
            other.assign(value)

    def _begin(self):
        for weight, average in zip(self.weights, self.variables, strict=True):
            average.assign(ops.convert_to_numpy(weight))

    def state(self):
        """Return {name: array} of the state to save besides the model's current weights."""
        placed = -1 if not self.in_place else self._placed
        if placed is None:
            return {}
        values = {f"average_{n}": ops.convert_to_numpy(v) for n, v in enumerate(self.variables)}
        return {**values, "average_placed": placed}

    def restore(self, state):
        """Restores what `state` returned; if it is missing, averaging restarts from the weights."""
        self.in_place, self._placed = True, None
        if len(state) != len(self.variables) + 1:
            return
        for number, variable in enumerate(self.variables):
            variable.assign(state[f"average_{number}"])
        placed = int(state["average_placed"])
        self.in_place, self._placed = placed >= 0, placed if placed >= 0 else None


def _checksum(weights):
    total = 0
    for weight in weights:
        total = zlib.crc32(ops.convert_to_numpy(weight).tobytes(), total)
    return total


class AveragesBetweenEpochs(keras.callbacks.Callback):
    """Swaps in the averaged weights at the end of each epoch, for all callbacks after this one.

    Args:
        average: the `WeightAverage`.
    """

    def __init__(self, average):
        super().__init__()
        self.average = average

    def on_epoch_begin(self, epoch, logs=None):
        """Swaps in the weights of the last step."""
        self.average.put(in_place=False)

    def on_epoch_end(self, epoch, logs=None):
        """Swaps in the averages."""
        self.average.put(in_place=True)
