"""Whitens vectors to mean 0 and covariance I with moving averages."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.blocks.residual import register

# Added to each variance, relative to their mean: avoids division by zero along a direction without
# variance, where rounding can also make variances negative.
_LEAST, _NEVER_ZERO = 1e-5, 1e-12


@register
class Whitener(keras.layers.Layer):
    """L^-1 (z - m), with m and L L^T moving averages of the mean and of the covariance.

    For the n vectors of a batch with mean m_b and covariance C_b,

        m <- m + (1 - k) d,    C <- k C + (1 - k) (C_b + k d d^T),    d = m_b - m,

    the exact moments under weights that decay by k per step. k rises as t / (9 + t) up to `decay`,
    so the first batch replaces the initial state. Unlike in batch normalisation (Ioffe and Szegedy,
    2015; with whole covariances in Huang et al., "Decorrelated batch normalization", 2018), an
    output does not depend on the other vectors of its batch, not even in training: the sums of a
    batch go through `tfaudiogen.layers.blocks.statistics` and take effect from the next step on.

    The gradient does depend on them, as in batch normalisation: with the mean b and the standard
    deviation s of a number y over the vectors of the call, on one replica,

        y = b + s (y - b) / s,    where the first b and s are constants.

    So no gradient moves or scales all vectors alike. Otherwise m and L would follow such a drift,
    never catch up, and leave vectors that are not white. Float32 under every policy.

    Args:
        width: D.
        decay: upper bound of k, in [0, 1).

    Call: [..., D] -> [..., D]; in training the sums of the vectors are reported.

    Raises:
        ValueError: if the decay is not in [0, 1).
    """

    def __init__(self, width, decay=0.9, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if not 0.0 <= decay < 1.0:
            raise ValueError(f"decay must be at least 0 and below 1, received {decay}")
        self.width, self.decay = width, decay

    def build(self, input_shape=None):
        state = {"trainable": False, "aggregation": "only_first_replica"}
        self.mean = self.add_weight((self.width,), "zeros", name="mean", **state)
        square = (self.width, self.width)
        self.covariance = self.add_weight(square, "identity", name="covariance", **state)
        self.age = self.add_weight((), "zeros", name="age", **state)
        self.built = True

    def call(self, vectors, training=False):
        # Relative to the current mean, since differences of large squares lose precision.
        centred = vectors - tf.identity(self.mean)
        if training:
            self._report(tf.reshape(tf.stop_gradient(centred), (-1, self.width)))
        white = tf.einsum("...d,ed->...e", centred, self._inverse())
        return _held(white) if training else white

    def _inverse(self):
        """Return L^-1, [D, D]."""
        covariance, eye = tf.identity(self.covariance), tf.eye(self.width)
        least = _LEAST * tf.linalg.trace(covariance) / self.width + _NEVER_ZERO
        return tf.linalg.triangular_solve(tf.linalg.cholesky(covariance + least * eye), eye)

    def _report(self, rows):
        count = tf.cast(tf.shape(rows)[0], tf.float32)
        squares = tf.matmul(rows, rows, transpose_a=True)
        sums = {"count": count, "sum": tf.reduce_sum(rows, axis=0), "squares": squares}
        statistics.report(self, sums)

    def update_statistics(self, sums):
        """Take one step of the moving averages, with the sums over a whole batch."""
        kept = statistics.kept(self.decay, tf.identity(self.age))
        moved = sums["sum"] / sums["count"]  # d
        across = moved[:, None] * moved
        # C_b + k d d^T; the reported squares are relative to m.
        batch = sums["squares"] / sums["count"] - (1.0 - kept) * across
        self.mean.assign_add((1.0 - kept) * moved)
        self.covariance.assign(kept * tf.identity(self.covariance) + (1.0 - kept) * batch)
        self.age.assign_add(1.0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "width": self.width, "decay": self.decay}


def _held(white):
    """Return vectors [..., D] unchanged, without the gradient of their mean and scale."""
    mean, variance = tf.nn.moments(white, list(range(white.shape.rank - 1)), keepdims=True)
    spread = tf.sqrt(variance + _NEVER_ZERO)
    standard = (white - mean) / spread
    return tf.stop_gradient(mean) + tf.stop_gradient(spread) * standard
