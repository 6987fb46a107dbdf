"""Conditions a code map on another code map, aligned in time and frequency."""

import functools
import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import ResidualBlock, embedded, register
from tfaudiogen.layers.quantizers.repetition import repeated


@register
class CodeMapContext(keras.layers.Layer):
    """Embeds a conditioning code map, spatially aligned with a target code map.

    The codes are embedded and pass through residual 3x3 convolutions, so each position also sees
    later positions around it. Each code of the target map, in order, then gets the vector of the
    position that contains its centre. The sizes of the maps need not divide one another.

    Args:
        shape: (T, F), or (T, F, Q) with Q codes per position, of the conditioning map.
        codebook_size: K, codebook size of the conditioning map.
        target: shape of the target map, (T, F) or (T, F, Q).
        width: D.
        blocks: number of residual blocks.

    Call: int32 [B, *shape] -> [B, S, D], S the number of codes of the target, in row-major order.
    """

    def __init__(self, shape, codebook_size, target, width, blocks=2, **kwargs):
        super().__init__(**kwargs)
        self.shape, self.target = check_shape(shape), check_shape(target)
        self.codebook_size = codebook_size
        self.width = width
        policy = self.dtype_policy
        # Each of the Q codes of a position has its own embedding table.
        self.tail = math.prod(self.shape[2:])
        self.embed = keras.layers.Embedding(codebook_size * self.tail, width, dtype=policy)
        block = functools.partial(ResidualBlock, width, dtype=policy)
        self.blocks = repeated(block, blocks, "blocks")
        self.aligned = aligned_places(self.shape, self.target)  # [S]

    def build(self, input_shape):
        self.embed.build(input_shape)
        for block in self.blocks:
            block.build((None, *self.shape[:2], self.width))
        self.built = True

    def call(self, codes):
        codes = tf.reshape(tf.cast(codes, tf.int32), (-1, *self.shape[:2], self.tail))
        codes += self.codebook_size * tf.range(self.tail)
        x = embedded(self.embed, codes)  # [B, T, F, Q, D]
        x = tf.reduce_sum(x, axis=3)
        for block in self.blocks:
            x = block(x)
        x = tf.reshape(x, (-1, math.prod(self.shape[:2]), self.width))
        return tf.gather(x, self.aligned, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(self.aligned), self.width)

    def compute_output_spec(self, codes):
        return keras.KerasTensor(self.compute_output_shape(codes.shape), dtype=self.compute_dtype)

    def get_config(self):
        names = ("shape", "codebook_size", "target", "width")
        values = {name: getattr(self, name) for name in names}
        return {**super().get_config(), **values, "blocks": len(self.blocks)}


def aligned_places(shape, target):
    """Return numpy int32 [S]: for each target code, the aligned row-major index into T F positions.

    Args:
        shape: (T, F, ...) of the conditioning map.
        target: shape of the target map.
    """
    time, bins = (
        (np.arange(there) * 2 + 1) * here // (2 * there)
        for here, there in zip(shape[:2], target[:2], strict=True)
    )
    positions = time[:, None] * shape[1] + bins
    return np.repeat(positions.ravel(), math.prod(target[2:])).astype(np.int32)


def check_shape(shape):
    """Return the shape of a code map as a tuple.

    Raises:
        ValueError: unless it is (T, F) or (T, F, Q), all at least 1.
    """
    shape = tuple(int(size) for size in shape)
    if len(shape) not in (2, 3) or min(shape) < 1:
        raise ValueError(f"shape must be (T, F) or (T, F, Q) of numbers from 1, received {shape}")
    return shape
