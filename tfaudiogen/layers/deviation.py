"""What an example has that the average example has not."""

import keras
import tensorflow as tf

from tfaudiogen.layers import statistics
from tfaudiogen.layers.blocks import register

_EPSILON = 1e-12


@register
class Deviation(keras.layers.Layer):
    """The difference from the average example, brought to size 1.

        y = (x - m) / sqrt(mean over n of (x_n - m_n)^2)

    m is an average over the examples of all steps before the present one, in training as well:
    unlike in batch normalisation (Ioffe and Szegedy, 2015) an example does not depend on the others
    of its batch, and replicas agree. No gradient goes through m, but one goes through the size: to
    make what differs between examples smaller changes nothing, as with layer normalisation (Ba,
    Kiros and Hinton, 2016).

    Args:
        momentum: share of the old average kept by each step, once there were 1 / (1 - momentum)
            steps; before that the average is that of all batches so far.

    Call: [B, N] -> [B, N].
    """

    def __init__(self, momentum=0.9, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum

    def build(self, input_shape):
        options = {
            "trainable": False,
            "dtype": "float32",
            "autocast": False,
            "aggregation": "only_first_replica",
        }
        self.mean = self.add_weight((input_shape[-1],), "zeros", name="mean", **options)
        self.steps = self.add_weight((), "zeros", name="steps", **options)
        self.built = True

    def call(self, x, training=False):
        wide = tf.cast(x, tf.float32)
        if training:
            statistics.report(self, _sums(tf.stop_gradient(wide)))
        difference = wide - tf.identity(self.mean)
        size = tf.reduce_mean(tf.square(difference), axis=-1, keepdims=True)
        return tf.cast(difference * tf.math.rsqrt(size + _EPSILON), x.dtype)

    def update_statistics(self, sums):
        """Move the average by the mean of a whole batch, from its summed statistics."""
        kept = tf.minimum(self.momentum, self.steps / (self.steps + 1.0))
        self.mean.assign(kept * self.mean + (1.0 - kept) * sums["sum"] / sums["count"])
        self.steps.assign(self.steps + 1.0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


def _sums(x):
    return {"count": tf.cast(tf.shape(x)[0], tf.float32), "sum": tf.reduce_sum(x, axis=0)}
