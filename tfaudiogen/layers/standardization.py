"""Features of mean 0 and variance 1 over examples, without looking at other examples of a batch."""

import keras
import tensorflow as tf

from tfaudiogen.layers import statistics
from tfaudiogen.layers.blocks import register


@register
class Standardization(keras.layers.Layer):
    """Takes away what is the same in all examples, and brings what differs to one size.

        y = (x - m) / sqrt(v + epsilon)

    m and v are averages of the moments of whole batches, all before the present step, in training
    as well: unlike in batch normalisation (Ioffe and Szegedy, 2015) an example does not depend on
    the others of its batch, and replicas agree. No gradient goes through m and v, so a network
    cannot make what differs between examples small to be rid of it.

    Args:
        momentum: share of the old averages kept by each step, once there were 1 / (1 - momentum)
            steps; before that the averages are those of all batches so far.
        epsilon: added to the variance.

    Call: [B, N] -> [B, N].
    """

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape):
        options = {
            "trainable": False,
            "dtype": "float32",
            "autocast": False,
            "aggregation": "only_first_replica",
        }
        shape = (input_shape[-1],)
        self.mean = self.add_weight(shape, "zeros", name="mean", **options)
        self.variance = self.add_weight(shape, "ones", name="variance", **options)
        self.steps = self.add_weight((), "zeros", name="steps", **options)
        self.built = True

    def call(self, x, training=False):
        wide = tf.cast(x, tf.float32)
        if training:
            statistics.report(self, _sums(tf.stop_gradient(wide)))
        scale = tf.math.rsqrt(tf.identity(self.variance) + self.epsilon)
        return tf.cast((wide - tf.identity(self.mean)) * scale, x.dtype)

    def update_statistics(self, sums):
        """Move the averages by the moments of a whole batch, from its summed statistics."""
        mean = sums["first"] / sums["count"]
        variance = tf.maximum(sums["second"] / sums["count"] - tf.square(mean), 0.0)
        kept = tf.minimum(self.momentum, self.steps / (self.steps + 1.0))
        self.mean.assign(kept * self.mean + (1.0 - kept) * mean)
        self.variance.assign(kept * self.variance + (1.0 - kept) * variance)
        self.steps.assign(self.steps + 1.0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}


def _sums(x):
    count = tf.cast(tf.shape(x)[0], tf.float32)
    return {"count": count, "first": tf.reduce_sum(x, 0), "second": tf.reduce_sum(tf.square(x), 0)}
