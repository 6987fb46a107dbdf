"""A Transformer encoder of picture patches."""

import math

import keras

from tfaudiogen.layers.blocks.residual import normalize, patchify, register
from tfaudiogen.layers.convolutional.encoder import check_divisible
from tfaudiogen.layers.transformers.encoder import TransformerEncoder


@register
class PatchEncoder(keras.layers.Layer):
    """A vision Transformer (Dosovitskiy et al., "An image is worth 16x16 words", 2021).

    Patches are projected to vectors of mean square 1, and learned position embeddings are added.
    Each block lets every patch attend to all patches. Position embeddings are initialized to half
    the size of the patch vectors: with a standard deviation of 0.02 the model hardly used the
    positions for hundreds of steps.

    Args:
        patch: patch size in pixels; divides the sides of the picture.
        width: V, a multiple of 2 heads.
        depth, heads: of the Transformer.

    Call: images [B, H, W, C] -> [B, M, V], M = H W / patch^2 in row-major order, of root mean
    square 1 at each position.

    Raises:
        ValueError: if the patch does not divide the sides.
    """

    def __init__(self, patch, width, depth, heads, **kwargs):
        super().__init__(**kwargs)
        self.patch, self.width = patch, width
        policy = self.dtype_policy
        self.fold = patchify(width, patch, policy, bias="random_normal")
        self.transformer = TransformerEncoder(width, depth, heads, rotary=False, dtype=policy)

    def build(self, input_shape):
        check_divisible(input_shape, (self.patch,))
        self.fold.build(input_shape)
        shape = self.compute_output_shape(input_shape)
        spread = keras.initializers.RandomNormal(stddev=0.5)
        self.position_embeddings = self.add_weight(shape[1:], spread, name="places")
        self.transformer.build(shape)
        self.built = True

    def call(self, images):
        x = self.fold(images)
        x = normalize(keras.ops.reshape(x, (-1, math.prod(x.shape[1:3]), self.width)))
        return self.transformer(x + keras.ops.cast(self.position_embeddings, x.dtype))

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return (batch, (height // self.patch) * (width // self.patch), self.width)

    def get_config(self):
        sizes = {"depth": self.transformer.depth, "heads": self.transformer.heads}
        return {**super().get_config(), "patch": self.patch, "width": self.width, **sizes}
