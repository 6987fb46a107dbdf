"""The head that maps features to the parameters of the posterior q(z | x)."""

import math

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from tfaudiogen.layers.blocks.channels_last import flatten
from tfaudiogen.layers.blocks.residual import register

COVARIANCES = ("full", "diagonal")


@register
class GaussianHead(keras.layers.Layer):
    """Maps features to the parameters (loc, L) of the normal distribution N(loc, L L^T).

    L is lower triangular with the diagonal softplus(.) + `floor`, so that the covariance is
    positive definite; with `covariance="diagonal"` L is diagonal. The parameters are float32
    under every precision policy, since Cholesky factors lose definiteness in 16 bits.

    Args:
        latent_size: D.
        hidden: width of a dense layer before the parameters; 0 for none. Mapping wide features
            to D (D + 3) / 2 parameters directly would take a very large matrix.
        covariance: "full" or "diagonal".
        floor: lower bound of the diagonal of L, in units of the latent.

    Call: [B, ...] -> (loc [B, D], scale_tril [B, D, D]), float32.
    """

    def __init__(self, latent_size, hidden=192, covariance="full", floor=1e-3, **kwargs):
        super().__init__(**kwargs)
        if covariance not in COVARIANCES:
            raise ValueError(f"covariance must be one of {COVARIANCES}, received {covariance!r}")
        self.latent_size, self.hidden = latent_size, hidden
        self.covariance, self.floor = covariance, floor
        raw_scales = latent_size * (latent_size + 1) // 2 if covariance == "full" else latent_size
        self.flatten = flatten(dtype=self.dtype_policy)
        self.squash = (
            keras.layers.Dense(hidden, "silu", dtype=self.dtype_policy) if hidden else None
        )
        self.project = keras.layers.Dense(latent_size + raw_scales, dtype="float32")

    def build(self, input_shape):
        shape = (input_shape[0], math.prod(input_shape[1:]))
        if self.squash:
            self.squash.build(shape)
            shape = (shape[0], self.hidden)
        self.project.build(shape)
        self.built = True

    def call(self, features):
        features = self.flatten(features)
        if self.squash:
            features = self.squash(features)
        parameters = self.project(tf.cast(features, tf.float32))
        loc, raw_scales = tf.split(parameters, [self.latent_size, -1], axis=-1)
        if self.covariance == "diagonal":
            return loc, tf.linalg.diag(tf.nn.softplus(raw_scales) + self.floor)
        lower = tfp.math.fill_triangular(raw_scales)
        diagonal = tf.nn.softplus(tf.linalg.diag_part(lower)) + self.floor
        # The gradient of tf.linalg.set_diag needs a static shape that XLA does not know.
        below = lower * (1.0 - tf.eye(self.latent_size))
        return loc, below + tf.linalg.diag(diagonal)

    def compute_output_shape(self, input_shape):
        batch, width = input_shape[0], self.latent_size
        return (batch, width), (batch, width, width)

    def get_config(self):
        return {
            **super().get_config(),
            "latent_size": self.latent_size,
            "hidden": self.hidden,
            "covariance": self.covariance,
            "floor": self.floor,
        }
