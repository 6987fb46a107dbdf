"""Encodes an image as a sequence of vectors for cross-attention."""

import math

import keras

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.layers.convolutional.feature_maps import FeatureEncoder


@register
class SequenceEncoder(keras.layers.Layer):
    """Convolutions to a small feature map, flattened to a sequence of vectors.

    A learned position embedding is added to each vector, since attention ignores their order.

    Args:
        widths, strides, blocks: of the convolutions, as in `FeatureEncoder`; the last width is V.

    Call: images [B, H, W, C] -> [B, M, V], M = H W / S^2 in row-major order, S the product of the
    strides.
    """

    def __init__(self, widths, strides, blocks=1, **kwargs):
        super().__init__(**kwargs)
        self.features = FeatureEncoder(widths, strides, blocks, dtype=self.dtype_policy)

    @property
    def width(self):
        """V, the width of the vectors."""
        return self.features.widths[-1]

    def build(self, input_shape):
        self.features.build(input_shape)
        _, length, width = self.compute_output_shape(input_shape)
        self.position_embeddings = self.add_weight(
            (length, width), keras.initializers.RandomNormal(stddev=0.02), name="places"
        )
        self.built = True

    def call(self, images):
        x = self.features(images)
        x = keras.ops.reshape(x, (-1, math.prod(x.shape[1:3]), self.width))
        return x + keras.ops.cast(self.position_embeddings, x.dtype)

    def joined(self, vectors, frames):
        """Concatenate the vectors of a sound's windows to [1, W M, V].

        Args:
            vectors: [W, M, V] of consecutive windows.
            frames: [W], number of frames of the sound in each window; unused here.
        """
        return keras.ops.reshape(vectors, (1, -1, self.width))

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = self.features.compute_output_shape(input_shape)
        return (batch, height * width, channels)

    def get_config(self):
        names = ("widths", "strides", "blocks")
        return {**super().get_config(), **{n: getattr(self.features, n) for n in names}}
