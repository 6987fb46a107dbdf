"""Whitens vectors to mean 0 and covariance I by moving averages."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.blocks.residual import register

# Added to each variance, as a part of their mean: a direction in which vectors never differ would
# be divided by nothing, and rounding leaves variances below zero there.
_LEAST, _NEVER_ZERO = 1e-5, 1e-12


@register
class Whitener(keras.layers.Layer):
    """L^-1 (z - m), with m and L L^T moving averages of the mean and of the covariance.

    Of the n vectors of a batch with mean m_b and covariance C_b,

        m <- m + (1 - k) d,    C <- k C + (1 - k) (C_b + k d d^T),    d = m_b - m,

    which are the moments of what is averaged with weights that fall by k from step to step; k rises
    as t / (9 + t) to `decay`, so that the first batch counts alone. Other than in batch
    normalisation (Ioffe and Szegedy, 2015; of whole covariances Huang et al., "Decorrelated batch
    normalization", 2018) what a vector becomes does not depend on others of its batch, in training
    neither: the sums of a batch travel through `tfaudiogen.layers.blocks.statistics` and count from
    the next step on.

    The gradient does depend on them, and is that of batch normalisation: with the mean b and the
    spread s of a number y over the vectors of the call, which are those of one replica,

        y = b + s (y - b) / s,    the first b and s being taken as constants.

    So nothing is learned that moves all vectors alike or spreads them: m and L would follow, never
    catch up, and leave vectors that are not white. Float32 under every policy.

    Args:
        width: D.
        decay: greatest k, in [0, 1).

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
        # About the mean so far: differences of large squares would leave few digits.
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
        """Take one step of the moving averages, from the sums of a whole batch."""
        kept = statistics.kept(self.decay, tf.identity(self.age))
        moved = sums["sum"] / sums["count"]  # d
        across = moved[:, None] * moved
        # C_b + k d d^T, the squares being about m.
        batch = sums["squares"] / sums["count"] - (1.0 - kept) * across
        self.mean.assign_add((1.0 - kept) * moved)
        self.covariance.assign(kept * tf.identity(self.covariance) + (1.0 - kept) * batch)
        self.age.assign_add(1.0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "width": self.width, "decay": self.decay}


def _held(white):
    """Return vectors [..., D] as they are, with a gradient that keeps their mean and spread."""
    mean, variance = tf.nn.moments(white, list(range(white.shape.rank - 1)), keepdims=True)
    spread = tf.sqrt(variance + _NEVER_ZERO)
    standard = (white - mean) / spread
    return tf.stop_gradient(mean) + tf.stop_gradient(spread) * standard
