"""Standardises latents to mean 0 and standard deviation 1."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics

# Of the spread of a dimension: one that never differs would be divided by nothing.
_LEAST = 1e-4


class Standardizer(keras.layers.Layer):
    """(z - m) / s of each dimension, m and s being those of all latents that training has shown.

        m' = m + (m_b - m) n / (N + n),
        v' = (N v + n v_b + N n / (N + n) (m_b - m)^2) / (N + n)    (Chan et al., 1983)

    for n latents of a batch, with mean m_b and variance v_b, after N before. The sums of the batch
    travel through `tfaudiogen.layers.blocks.statistics`, so that replicas agree. A layer whose
    `trainable` is False is left as it is. Float32 under every policy.

    Args:
        width: D.

    Call: [..., D] -> [..., D]. `inverse` is the way back.
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
        """Return z of (z - m) / s."""
        return tf.identity(self.mean) + self.spread() * standard

    def spread(self):
        """Return s, [D]."""
        return tf.maximum(tf.sqrt(tf.identity(self.variance)), _LEAST)

    def observe(self, latents):
        """Report latents [..., D] to learn from once the step is over."""
        if not self.trainable:
            return
        rows = tf.reshape(tf.stop_gradient(latents), (-1, self.width))
        # About the mean so far: differences of large squares would leave few digits.
        rows = rows - tf.identity(self.mean)
        sums = {"sum": tf.reduce_sum(rows, axis=0), "squares": tf.reduce_sum(rows**2, axis=0)}
        statistics.report(self, {"count": tf.cast(tf.shape(rows)[0], tf.float32), **sums})

    def update_statistics(self, sums):
        """Learn from the sums of a whole batch."""
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
