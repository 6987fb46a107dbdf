"""Dynamic loss scaling for training in float16."""

import keras
import tensorflow as tf

_FIRST, _PATIENCE = 1.0, 500


class LossScale:
    """Dynamic loss scaling (Micikevicius et al., "Mixed precision training", 2018, section 3.2).

    Gradients below 6e-8 vanish in float16, and those above 65504 are infinite. So the scale is
    halved after a step whose gradients were not finite, and doubled after 500 steps in which they
    were. It starts at one: a loss summed over the pixels of an image has large gradients.
    """

    def __init__(self):
        state = {"trainable": False, "aggregation": "only_first_replica"}
        self.scale = keras.Variable(_FIRST, dtype="float32", name="loss_scale", **state)
        self.sound_steps = keras.Variable(0, dtype="int64", name="sound_steps", **state)
        self.variables = [self.scale, self.sound_steps]

    def update(self, finite):
        """Adapt the scale to whether the gradients of the step were all finite."""
        scale, steps = tf.identity(self.scale), tf.identity(self.sound_steps) + 1
        grow = steps >= _PATIENCE
        self.scale.assign(tf.where(finite, tf.where(grow, 2.0 * scale, scale), 0.5 * scale))
        self.sound_steps.assign(tf.where(finite & ~grow, steps, tf.zeros_like(steps)))

    def state(self):
        """Return {name: array} of what a training that goes on needs."""
        return {f"loss_scale_{n}": v.numpy() for n, v in enumerate(self.variables)}

    def restore(self, state):
        """Take what `state` returned; without, the scale begins anew."""
        for number, variable in enumerate(self.variables):
            if f"loss_scale_{number}" in state:
                variable.assign(state[f"loss_scale_{number}"])


def all_finite(gradients):
    """Return whether all elements of all gradients are finite."""
    return tf.reduce_all([tf.reduce_all(tf.math.is_finite(gradient)) for gradient in gradients])
