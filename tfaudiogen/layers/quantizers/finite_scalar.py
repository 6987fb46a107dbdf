"""Finite scalar quantization (FSQ): codes without a codebook."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.layers.quantizers.vector import bottleneck_shape, bottleneck_spec, straight_through
from tfaudiogen.layers.quantizers.whitener import Whitener

# c such that tanh(c x) approximates 2 Phi(x) - 1.
_STEEPNESS = 0.851
# Keeps the largest values from being rounded to a level that does not exist.
_MARGIN = 1e-3
# Added to relative shares of codes: bounds the attraction of codes that are never used.
_RAREST = 1e-3


@register
class FiniteScalarQuantizer(keras.layers.Layer):
    """Rounds each of D numbers to one of L_d levels (Mentzer et al., 2023, section 3.1).

    There is no codebook to initialize, and no code dies. Features are projected to D numbers x, and

        u = tanh(c L^-1 (x - m)),    y_d = L_d / 2 u_d - (1/2 for an even L_d)

    is rounded, with a straight-through gradient. The code is the mixed-radix number of the levels,
    first number fastest; the latents are the rounded numbers scaled to [-1, 1].

    There are three differences from the paper. First, a `Whitener` whitens the numbers before tanh.
    Without it, the numbers of an upper level of a hierarchy drift to one flat side of tanh and stay
    there, with one code for everything. Second, c = 0.851 makes tanh(c x) match 2 Phi(x) - 1 of the
    normal distribution within 0.02 (Bowling et al., "A logistic approximation to the cumulative
    normal distribution", 2009: Phi(x) is about 1 / (1 + exp(-1.702 x))), scaled to all levels, so
    that normally distributed numbers use each level equally.

    Third, rare codes attract nearby vectors. With p_k the moving average of the share of code k and
    epsilon the fraction of an equal share below which a code is rare, the penalty of an example is

        attraction sum_places sum_k q_k(y) min(0, log(K p_k / epsilon + 0.001)),
        q_k(y) = prod_d softmax_l(-(y_d - l)^2 / 2) at the level l that code k has in d.

    Without the minimum its gradient would be that of the entropy of the codes (Yu et al., "Language
    model beats diffusion", 2024, section 3.1). Maximising that entropy would spend codes on silence
    in proportion to how common silence is.

    Args:
        levels: L_d, each at least 2; K is their product. (8, 5, 5, 5) and (4, 4, 4, 4, 4) are about
            a thousand codes.
        attraction: nats for each position and each factor e by which a code is below rare.
        dead_code_threshold: epsilon, in [0, 1); 0 for no attraction.
        decay: of the moving average p, in [0, 1); it warms up as in `Whitener`.

    Call: features [B, H, W, C] -> dict; see `tfaudiogen.layers.quantizers.vector`.

    Raises:
        ValueError: a number has fewer than 2 levels, or dead_code_threshold or decay is not in
            [0, 1).
    """

    tail = ()

    def __init__(
        self, levels=(8, 5, 5, 5), attraction=20.0, dead_code_threshold=0.1, decay=0.99, **kwargs
    ):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if not levels or min(levels) < 2:
            raise ValueError(f"levels must each be at least 2, received {tuple(levels)}")
        if not 0.0 <= dead_code_threshold < 1.0 or not 0.0 <= decay < 1.0:
            raise ValueError(
                "dead_code_threshold and decay must be from 0 to below 1, received "
                f"{dead_code_threshold} and {decay}"
            )
        self.attraction, self.decay = attraction, decay
        self.dead_code_threshold = dead_code_threshold
        self.levels = tuple(int(level) for level in levels)
        self.codebook_size, self.codebook_dim = math.prod(self.levels), len(self.levels)
        self.project = keras.layers.Dense(self.codebook_dim, dtype="float32", name="project")
        self.whiten = Whitener(self.codebook_dim, name="whiten")
        self._levels = np.array(self.levels, np.float32)
        self._radix = np.cumprod([1, *self.levels[:-1]]).astype(np.int32)
        # With an even number of levels, they run from -L / 2 to L / 2 - 1.
        self._offset = np.where(self._levels % 2 == 0, 0.5, 0.0).astype(np.float32)

    def build(self, input_shape):
        self.project.build(input_shape)
        self.whiten.build((*input_shape[:-1], self.codebook_dim))
        even = keras.initializers.Constant(1.0 / self.codebook_size)
        state = {"trainable": False, "aggregation": "only_first_replica"}
        self.shares = self.add_weight((self.codebook_size,), even, name="shares", **state)
        self.age = self.add_weight((), "zeros", name="age", **state)
        self.built = True

    def call(self, features, training=False):
        bounded = self._bound(self.whiten(self.project(features), training=training))
        half = self._levels // 2
        return {
            "latents": straight_through(bounded / half, tf.round(bounded) / half),
            "code": self._code(bounded),
            "penalty": self.attraction * tf.reduce_sum(self._rarity(bounded), axis=(1, 2)),
            "vectors": bounded / half,
        }

    def _bound(self, numbers):
        reach = self._levels / 2.0 - _MARGIN
        return tf.tanh(_STEEPNESS * numbers) * reach - self._offset

    def _rarity(self, bounded):
        """Return sum_k q_k(y) min(0, log(K p_k / epsilon + 0.001)), [B, H, W], for numbers y."""
        if not self.dead_code_threshold:
            return tf.zeros_like(bounded[..., 0])
        parts = tf.identity(self.shares) * self.codebook_size / self.dead_code_threshold
        numbers = tf.reshape(bounded, (-1, self.codebook_dim))
        # [L_D, ..., L_1]: the first number varies fastest.
        table = tf.reshape(tf.minimum(tf.math.log(parts + _RAREST), 0.0), self.levels[::-1])
        nearness = [
            self._nearness(numbers[:, number], number) for number in range(self.codebook_dim)
        ]
        expected = tf.einsum("...l,nl->n...", table, nearness[0])
        for near in nearness[1:]:
            expected = tf.einsum("n...l,nl->n...", expected, near)
        return tf.reshape(expected, tf.shape(bounded)[:-1])

    def _nearness(self, numbers, position):
        """Return the softmax over the levels of the number with index `position`, [N, L_d]."""
        levels = tf.range(self.levels[position], dtype=tf.float32) - self.levels[position] // 2
        return tf.nn.softmax(-0.5 * tf.square(numbers[:, None] - levels))

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
        return self.lookup(tf.range(self.codebook_size))[None]

    def observe(self, found, key, stream):
        """Report the codes of `call`, from which `update_statistics` learns after the step."""
        code = tf.reshape(found["code"], (-1,))
        counts = tf.math.unsorted_segment_sum(
            tf.ones_like(code, tf.float32), code, self.codebook_size
        )
        statistics.report(self, {"counts": counts})

    def update_statistics(self, sums):
        """Update the moving average of the shares, with the counts of a whole batch."""
        kept = statistics.kept(self.decay, tf.identity(self.age))
        found = sums["counts"] / tf.reduce_sum(sums["counts"])
        self.shares.assign(kept * tf.identity(self.shares) + (1.0 - kept) * found)
        self.age.assign_add(1.0)

    def compute_output_shape(self, input_shape):
        return bottleneck_shape(input_shape, self.codebook_dim, self.tail)

    def compute_output_spec(self, features, training=False):
        return bottleneck_spec(self.compute_output_shape(features.shape))

    def get_config(self):
        own = {
            "attraction": self.attraction,
            "dead_code_threshold": self.dead_code_threshold,
            "decay": self.decay,
        }
        return {**super().get_config(), "levels": self.levels, **own}
