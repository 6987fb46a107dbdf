"""Standardises latents to mean 0 and standard deviation 1 over the training data."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics

# Relative floor of s: avoids division by zero for a dimension that is constant.
_LEAST = 1e-4


class Standardizer(keras.layers.Layer):
    """(z - m) / s of each dimension, with the mean m and deviation s of all training latents.

        m' = m + (m_b - m) n / (N + n),
        v' = (N v + n v_b + N n / (N + n) (m_b - m)^2) / (N + n)    (Chan et al., 1983)

    for n latents of a batch, with mean m_b and variance v_b, after N earlier ones. The sums of the
    batch go through `tfaudiogen.layers.blocks.statistics`, so that replicas agree. The statistics
    are not updated if `trainable` is False. Float32 under every policy.

    Args:
        width: D.

    Call: [..., D] -> [..., D]. `inverse` inverts it.
    """

    def __init__(self, width, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.width = width

    def build(self, input_shape=None):
        state = {"trainable": False, "aggregation": "only_first_replica"}
        self.mean = self.add_weight((self.width,), "zeros", name="mean", **state)
        self.variance = self.add_weight((self.width,), "ones", name="variance", **state)
        self.count = self.add_weight((), "zeros", name="count", **state)
        self.built = True

    def call(self, latents):
        return (latents - tf.identity(self.mean)) / self.spread()

    def inverse(self, standard):
        """Return z for standardised latents (z - m) / s."""
        return tf.identity(self.mean) + self.spread() * standard

    def spread(self):
        """Return s, [D]."""
        return tf.maximum(tf.sqrt(tf.identity(self.variance)), _LEAST)

    def observe(self, latents):
        """Report latents [..., D], from which `update_statistics` learns after the step."""
        if not self.trainable:
            return
        rows = tf.reshape(tf.stop_gradient(latents), (-1, self.width))
        # Relative to the current mean, since differences of large squares lose precision.
        rows = rows - tf.identity(self.mean)
        sums = {"sum": tf.reduce_sum(rows, axis=0), "squares": tf.reduce_sum(rows**2, axis=0)}
        statistics.report(self, {"count": tf.cast(tf.shape(rows)[0], tf.float32), **sums})

    def update_statistics(self, sums):
        """Update m and s from the sums over a whole batch."""
        before, count = tf.identity(self.count), sums["count"]
        whole = before + count
        moved = sums["sum"] / count  # m_b - m
        variance = sums["squares"] / count - moved**2
        between = before * count / whole * moved**2
        pooled = (before * tf.identity(self.variance) + count * variance + between) / whole
        self.mean.assign_add(moved * count / whole)
        self.variance.assign(tf.maximum(pooled, 0.0))
        self.count.assign(whole)

    def compute_output_shape(self, input_shape):
        return input_shape
