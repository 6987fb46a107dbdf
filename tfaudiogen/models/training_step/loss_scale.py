"""Dynamic loss scaling for training in float16."""

import keras
import tensorflow as tf

_FIRST, _PATIENCE = 1.0, 500


class LossScale:
    """Dynamic loss scaling (Micikevicius et al., "Mixed precision training", 2018, section 3.2).

    In float16, gradients below 6e-8 vanish and gradients above 65504 become infinite. The scale is
    halved after a step with non-finite gradients and doubled after 500 consecutive finite steps.
    It starts at 1, because a loss summed over the pixels of an image has large gradients.
    """

    def __init__(self):
        state = {"trainable": False, "aggregation": "only_first_replica"}
        self.scale = keras.Variable(_FIRST, dtype="float32", name="loss_scale", **state)
        self.sound_steps = keras.Variable(0, dtype="int64", name="sound_steps", **state)
        self.variables = [self.scale, self.sound_steps]

    def update(self, finite):
        """Updates the scale, given whether all gradients of the step were finite."""
        scale, steps = tf.identity(self.scale), tf.identity(self.sound_steps) + 1
        grow = steps >= _PATIENCE
        self.scale.assign(tf.where(finite, tf.where(grow, 2.0 * scale, scale), 0.5 * scale))
        self.sound_steps.assign(tf.where(finite & ~grow, steps, tf.zeros_like(steps)))

    def state(self):
        """Return {name: array} of the state needed to resume training."""
        return {f"loss_scale_{n}": v.numpy() for n, v in enumerate(self.variables)}

    def restore(self, state):
        """Restores what `state` returned; missing values are left unchanged."""
        for number, variable in enumerate(self.variables):
            if f"loss_scale_{number}" in state:
                variable.assign(state[f"loss_scale_{number}"])


def all_finite(gradients):
    """Return whether all elements of all gradients are finite."""
    return tf.reduce_all([tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients])
