"""The residual convolutional decoder: maps a latent to the parameters of an image's pixels."""

import functools

import keras

from tfaudiogen.layers.blocks.channels_last import convolution
from tfaudiogen.layers.blocks.residual import ResidualBlock, Unfold, register
from tfaudiogen.layers.convolutional.encoder import check_divisible, check_stages
from tfaudiogen.layers.quantizers.repetition import repeated


@register
class Decoder(keras.layers.Layer):
    """Mirrors `Encoder`: a dense layer, then residual blocks and sub-pixel convolutions.

    A bias for each bin of each output channel is added at the end. It models the average spectrum
    and its spread, so that the convolutions need not.

    Args:
        image_shape: (T, F, channels) of the output; channels are the likelihood's parameters.
        widths, strides, blocks: of the `Encoder` that this decoder mirrors.
        channels: channels of the coarsest map, the output of the dense layer.

    Call: latents [B, D] -> [B, T, F, channels].
    """

    def __init__(self, image_shape, widths, strides, blocks=1, channels=16, **kwargs):
        super().__init__(**kwargs)
        check_stages(widths, strides)
        check_divisible((None, *image_shape), strides)
        self.image_shape = tuple(image_shape)
        self.widths, self.strides = tuple(widths), tuple(strides)
        self.blocks, self.channels = blocks, channels
        frames, bins = self.image_shape[:2]
        for stride in self.strides:
            frames, bins = frames // stride, bins // stride
        self.coarse = (frames, bins, channels)
        self.dense = keras.layers.Dense(frames * bins * channels, dtype=self.dtype_policy)
        self.expand = convolution(self.widths[-1], 1, dtype=self.dtype_policy)
        self.stages = self._stages()

    def _stages(self):
        outputs = (self.image_shape[2], *self.widths[:-1])
        stages = []
        for width, stride, output in reversed(
            list(zip(self.widths, self.strides, outputs, strict=True))
        ):
            part = functools.partial(ResidualBlock, width, dtype=self.dtype_policy)
            stages += repeated(part, self.blocks, "blocks")
            stages.append(Unfold(output, stride, dtype=self.dtype_policy))
        return stages

    def build(self, input_shape):
        self.dense.build(input_shape)
        shape = (input_shape[0], *self.coarse)
        for stage in [self.expand, *self.stages]:
            stage.build(shape)
            shape = stage.compute_output_shape(shape)
        self.bias = self.add_weight(shape=(1, 1, *shape[2:]), initializer="zeros", name="bias")
        self.built = True

    def call(self, latents):
        x = keras.ops.reshape(self.dense(latents), (-1, *self.coarse))
        x = self.expand(x)
        for stage in self.stages:
            x = stage(x)
        return x + keras.ops.cast(self.bias, x.dtype)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.image_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "image_shape": self.image_shape,
            "widths": self.widths,
            "strides": self.strides,
            "blocks": self.blocks,
            "channels": self.channels,
        }
