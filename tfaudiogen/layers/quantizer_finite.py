"""Finite scalar quantization: codes without a codebook."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks import register
from tfaudiogen.layers.quantizer import bottleneck_shape, bottleneck_spec, straight_through

_MARGIN = 1e-3


@register
class FiniteScalarQuantizer(keras.layers.Layer):
    """Each of D numbers rounded to one of L_d levels (Mentzer et al., 2023, section 3.1).

    No codebook that has to start or to expire: a number z_d is squashed to (L_d - 1) / 2 to either
    side by tanh and rounded, with the gradient of the rounding taken for 1. The code counts the
    levels in a mixed radix, the first number fastest; the latents are the rounded numbers scaled
    to [-1, 1]. There is no penalty.

    Args:
        levels: L_d, each at least 2; K is their product. (8, 5, 5, 5) and (4, 4, 4, 4, 4) are about
            a thousand codes.

    Call: features [B, H, W, C] -> dict; see `tfaudiogen.layers.quantizer`.
    """

    tail = ()

    def __init__(self, levels=(8, 5, 5, 5), **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if not levels or min(levels) < 2:
            raise ValueError(f"levels must each be at least 2, received {tuple(levels)}")
        self.levels = tuple(int(level) for level in levels)
        self.codes, self.width = math.prod(self.levels), len(self.levels)
        self.project = keras.layers.Dense(self.width, dtype="float32", name="project")
        self._levels = np.array(self.levels, np.float32)
        self._radix = np.cumprod([1, *self.levels[:-1]]).astype(np.int32)
        # An even number of levels has none in the middle: -L / 2, ..., L / 2 - 1.
        self._offset = np.where(self._levels % 2 == 0, 0.5, 0.0).astype(np.float32)

    def build(self, input_shape):
        self.project.build(input_shape)
        self.built = True

    def call(self, features, training=False):
        bounded = self._bound(self.project(features))
        half = self._levels // 2
        return {
            "latents": straight_through(bounded / half, tf.round(bounded) / half),
            "code": self._code(bounded),
            "penalty": tf.zeros_like(features[:, 0, 0, 0], tf.float32),
            "vectors": bounded / half,
        }

    def _bound(self, numbers):
        reach = (self._levels - 1.0) * (1.0 + _MARGIN) / 2.0
        shift = np.arctanh(self._offset / reach).astype(np.float32)
        return tf.tanh(numbers + shift) * reach - self._offset

    def nearest(self, vectors):
        """Return the codes, int32 [...], of vectors [..., D]."""
        half = self._levels // 2
        return self._code(tf.clip_by_value(vectors * half, -half, self._levels - 1.0 - half))

    def _code(self, bounded):
        levels = tf.cast(tf.round(bounded) + self._levels // 2, tf.int32)
        return tf.reduce_sum(levels * self._radix, axis=-1)

    def lookup(self, code):
        """Return the latents [..., D] of int32 codes [...]."""
        levels = code[..., None] // self._radix % np.array(self.levels, np.int32)
        half = self._levels // 2
        return (tf.cast(levels, tf.float32) - half) / half

    def vectors(self):
        """Return the latents of all codes, [1, K, D]."""
        return self.lookup(tf.range(self.codes))[None]

    def observe(self, found, key, stream):
        """Do nothing: there is nothing to learn but the projection."""

    def compute_output_shape(self, input_shape):
        return bottleneck_shape(input_shape, self.width, self.tail)

    def compute_output_spec(self, features, training=False):
        return bottleneck_spec(self.compute_output_shape(features.shape))

    def get_config(self):
        return {**super().get_config(), "levels": self.levels}
