"""Numbers with a mean of 0 and a variance of 1, by moments that replicas share."""

import keras
import tensorflow as tf

from tfaudiogen.layers import statistics
from tfaudiogen.layers.blocks import register


@register
class Standardize(keras.layers.Layer):
    """(x - m) / s for each channel, with moving moments.

    Features that are nearly alike everywhere have codes that are nearly alike: before they are
    quantized what they share is taken away, and what differs is brought to one size. Unlike batch
    normalisation a training step uses the moments of the steps before it, and so does not depend
    on how the batch is divided.

    Args:
        decay: of the moments, in (0, 1), to which (1 + t) / (10 + t) rises.

    Call: [..., C] -> [..., C], float32.
    """

    def __init__(self, decay=0.99, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if not 0.0 < decay < 1.0:
            raise ValueError(f"decay must be between 0 and 1, received {decay}")
        self.decay = decay

    def build(self, input_shape):
        state = {"trainable": False, "aggregation": "only_first_replica"}
        width = input_shape[-1:]
        self.mean = self.add_weight(shape=width, initializer="zeros", name="mean", **state)
        self.variance = self.add_weight(shape=width, initializer="ones", name="variance", **state)
        self.age = self.add_weight(shape=(), initializer="zeros", name="age", **state)
        self.built = True

    def call(self, x, training=False):
        if training:
            self._observe(tf.stop_gradient(tf.reshape(x, (-1, x.shape[-1]))))
        return (x - self.mean) * tf.math.rsqrt(self.variance + 1e-5)

    def _observe(self, x):
        # About the mean so far, since differences of large squares lose their digits.
        centred = x - self.mean
        sums = {
            "count": tf.cast(tf.shape(x)[0], tf.float32),
            "first": tf.reduce_sum(centred, axis=0),
            "second": tf.reduce_sum(tf.square(centred), axis=0),
        }
        statistics.report(self, sums)

    def update_statistics(self, sums):
        """Move the moments by one step, from the sums of a whole batch."""
        age = tf.identity(self.age)
        share = 1.0 - tf.minimum(self.decay, (1.0 + age) / (10.0 + age))
        first, second = sums["first"] / sums["count"], sums["second"] / sums["count"]
        variance = (1.0 - share) * self.variance + share * (second - share * tf.square(first))
        self.variance.assign(tf.maximum(variance, 0.0))
        self.mean.assign_add(share * first)
        self.age.assign_add(1.0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "decay": self.decay}
