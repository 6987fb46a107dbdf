"""A patch discriminator of images."""

import keras

from tfaudiogen.layers.blocks.channels_last import convolution
from tfaudiogen.layers.blocks.residual import normalize, register
from tfaudiogen.layers.quantizers.repetition import check_count


@register
class PatchDiscriminator(keras.layers.Layer):
    """Strided 4x4 convolutions with a score for each patch (Isola et al., 2017, section 3.2.2).

    Instead of batch normalisation, features are scaled to a root mean square of 1 at each position.
    A score thus depends on no other example, as replicated training requires.

    Args:
        widths: channels of each layer. Each layer halves the sides; n layers judge patches of
            3 2^n - 2 pixels a side.

    Call: images [B, H, W, C] in [0, 1] -> dict of "scores" [B, h, w, 1], float32, and "layer_0",
    "layer_1", ..., the features of each layer.
    """

    def __init__(self, widths=(32, 64, 128), **kwargs):
        super().__init__(**kwargs)
        check_count("the length of widths", len(widths), least=1)
        self.widths = tuple(widths)
        self.stages = [
            convolution(
                width,
                4,
                strides=2,
                padding="same",
                kernel_initializer="he_normal",
                dtype=self.dtype_policy,
            )
            for width in self.widths
        ]
        self.score = convolution(1, 1, dtype="float32")

    def build(self, input_shape):
        for stage in [*self.stages, self.score]:
            stage.build(input_shape)
            input_shape = stage.compute_output_shape(input_shape)
        self.built = True

    def call(self, images):
        x, found = 2.0 * images - 1.0, {}
        for number, stage in enumerate(self.stages):
            x = keras.ops.leaky_relu(normalize(stage(x)), 0.2)
            found[f"layer_{number}"] = x
        return {**found, "scores": self.score(keras.ops.cast(x, "float32"))}

    def compute_output_shape(self, input_shape):
        shapes = {}
        for number, stage in enumerate(self.stages):
            input_shape = stage.compute_output_shape(input_shape)
            shapes[f"layer_{number}"] = input_shape
        return {**shapes, "scores": (*input_shape[:-1], 1)}

    def get_config(self):
        return {**super().get_config(), "widths": self.widths}
