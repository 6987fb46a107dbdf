"""Finite scalar quantization: codes without a codebook."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks import register
from tfaudiogen.layers.quantizer import bottleneck_shape, bottleneck_spec, straight_through
from tfaudiogen.layers.whitener import Whitener

# Of 2 Phi(x) - 1, about tanh(c x).
_STEEPNESS = 0.851
# Keeps the outermost numbers from being rounded to a level beyond the last.
_MARGIN = 1e-3


@register
class FiniteScalarQuantizer(keras.layers.Layer):
    """Each of D numbers rounded to one of L_d levels (Mentzer et al., 2023, section 3.1).

    No codebook that has to start or to expire: features are projected to D numbers x, and

        u = tanh(c L^-1 (x - m)),    y_d = L_d / 2 u_d - (1/2 for an even L_d)

    is rounded, with the gradient of the rounding taken for 1. The code counts the levels in a mixed
    radix, the first number fastest; the latents are the rounded numbers scaled to [-1, 1]. There is
    no penalty.

    In two ways this is not the paper's. Numbers are made white by a `Whitener` before they are
    squashed: trained as they are, those of an upper level drift to where tanh is flat, all to the
    same side, and stay there, one code for everything. And tanh(c x) with c = 0.851 is within 0.02
    the 2 Phi(x) - 1 of the normal distribution (Bowling et al., "A logistic approximation to the
    cumulative normal distribution", 2009: Phi(x) is about 1 / (1 + exp(-1.702 x))), stretched over
    all levels alike, so that normal numbers give each level an even share.

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
        self.whiten = Whitener(self.width, name="whiten")
        self._levels = np.array(self.levels, np.float32)
        self._radix = np.cumprod([1, *self.levels[:-1]]).astype(np.int32)
        # An even number of levels has none in the middle: -L / 2, ..., L / 2 - 1.
        self._offset = np.where(self._levels % 2 == 0, 0.5, 0.0).astype(np.float32)

    def build(self, input_shape):
        self.project.build(input_shape)
        self.whiten.build((*input_shape[:-1], self.width))
        self.built = True

    def call(self, features, training=False):
        bounded = self._bound(self.whiten(self.project(features), training=training))
        half = self._levels // 2
        return {
            "latents": straight_through(bounded / half, tf.round(bounded) / half),
            "code": self._code(bounded),
            "penalty": tf.zeros_like(features[:, 0, 0, 0], tf.float32),
            "vectors": bounded / half,
        }

    def _bound(self, numbers):
        reach = self._levels / 2.0 - _MARGIN
        return tf.tanh(_STEEPNESS * numbers) * reach - self._offset

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
        """Do nothing: what is learned from is reported by `call`."""

    def compute_output_shape(self, input_shape):
        return bottleneck_shape(input_shape, self.width, self.tail)

    def compute_output_spec(self, features, training=False):
        return bottleneck_spec(self.compute_output_shape(features.shape))

    def get_config(self):
        return {**super().get_config(), "levels": self.levels}
