"""The learning rate schedule."""

import math

import keras
from keras import ops

_LAST = 0.01


@keras.saving.register_keras_serializable(package="tfaudiogen")
class LearningRate(keras.optimizers.schedules.LearningRateSchedule):
    """Linear warmup, then a constant rate or a cosine decay.

    The rate depends on the step only, not on the limits of the run, so that a run that is stopped,
    resumed, extended or cut short takes the same steps. `decay_steps` must therefore be given
    explicitly.

    Args:
        rate: the highest rate, above 0.
        warmup_steps: steps of the linear warmup; 0 for none.
        decay_steps: step at which the cosine decay ends at 0.01 `rate`; the rate stays there
            afterwards. None for a constant rate.
    """

    def __init__(self, rate, warmup_steps=0, decay_steps=None):
        if not rate > 0:
            raise ValueError(f"learning_rate must be above 0; received {rate}")
        if warmup_steps < 0:
            raise ValueError(f"warmup_steps must not be negative; received {warmup_steps}")
        if decay_steps is not None and decay_steps <= warmup_steps:
            raise ValueError(
                f"decay_steps (fit.steps) must be more than warmup_steps, {warmup_steps}; "
                f"received {decay_steps}"
            )
        self.rate, self.warmup_steps, self.decay_steps = rate, warmup_steps, decay_steps

    @classmethod
    def of(cls, fit):
        """Return the schedule of a preset's "fit" section."""
        decay_steps = fit["steps"] if fit["decay"] else None
        return cls(fit["learning_rate"], fit["warmup_steps"], decay_steps)

    def __call__(self, step):
        """Return the rate, float32 scalar, of the step after `step` finished steps."""
        step = ops.cast(step, "float32")
        rise = ops.minimum((step + 1.0) / max(self.warmup_steps, 1), 1.0)
        return self.rate * rise * self._decay(step)

    def _decay(self, step):
        if self.decay_steps is None:
            return 1.0
        length = self.decay_steps - self.warmup_steps
        fraction = ops.clip((step - self.warmup_steps) / length, 0.0, 1.0)
        return _LAST + (1.0 - _LAST) * 0.5 * (1.0 + ops.cos(math.pi * fraction))

    def get_config(self):
        """Return the constructor's arguments."""
        return {
            "rate": self.rate,
            "warmup_steps": self.warmup_steps,
            "decay_steps": self.decay_steps,
        }
