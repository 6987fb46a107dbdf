"""Convolutional networks between the feature maps of a hierarchy of codes."""

import functools
import math

import keras

from tfaudiogen.layers.blocks.channels_last import convolution
from tfaudiogen.layers.blocks.residual import ResidualBlock, Unfold, normalize, patchify, register
from tfaudiogen.layers.convolutional.encoder import check_divisible, check_stages
from tfaudiogen.layers.quantizers.repetition import repeated


@register
class FeatureEncoder(keras.layers.Layer):
    """Maps an image or a feature map to a smaller feature map.

    Args:
        widths, strides, blocks: as in `Encoder`.

    Call: [B, H, W, C] -> [B, H / S, W / S, widths[-1]] of root mean square 1 at each position, S
    the product of the strides.
    """

    def __init__(self, widths, strides, blocks=1, **kwargs):
        super().__init__(**kwargs)
        check_stages(widths, strides)
        self.widths, self.strides, self.blocks = tuple(widths), tuple(strides), blocks
        self.stages = []
        for width, stride in zip(self.widths, self.strides, strict=True):
            self.stages.append(patchify(width, stride, self.dtype_policy, bias="random_normal"))
            part = functools.partial(ResidualBlock, width, dtype=self.dtype_policy)
            self.stages += repeated(part, blocks, "blocks")

    @property
    def stride(self):
        """S, the factor by which the sides shrink."""
        return math.prod(self.strides)

    def build(self, input_shape):
        check_divisible(input_shape, self.strides)
        for stage in self.stages:
            stage.build(input_shape)
            input_shape = stage.compute_output_shape(input_shape)
        self.built = True

    def call(self, x):
        for stage in self.stages:
            x = stage(x)
        return normalize(x)

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return (batch, height // self.stride, width // self.stride, self.widths[-1])

    def get_config(self):
        return {
            **super().get_config(),
            "widths": self.widths,
            "strides": self.strides,
            "blocks": self.blocks,
        }


@register
class FeatureDecoder(keras.layers.Layer):
    """Mirrors `FeatureEncoder`.

    With `bin_bias`, a bias for each column of each output channel is added at the end. Columns of a
    spectrogram are frequencies, whose average level convolutions cannot know; columns of a picture
    have no meaning of their own.

    Args:
        channels: C of the output.
        widths, strides, blocks: of the `FeatureEncoder` that this decoder mirrors.
        bin_bias: whether to add a bias for each column.

    Call: [B, H, W, C'] -> [B, H S, W S, channels].
    """

    def __init__(self, channels, widths, strides, blocks=1, bin_bias=True, **kwargs):
        super().__init__(**kwargs)
        check_stages(widths, strides)
        self.channels, self.bin_bias = channels, bin_bias
        self.widths, self.strides, self.blocks = tuple(widths), tuple(strides), blocks
        self.expand = convolution(self.widths[-1], 3, padding="same", dtype=self.dtype_policy)
        self.stages = self._stages()

    def _stages(self):
        outputs = (self.channels, *self.widths[:-1])
        stages = []
        for width, stride, output in reversed(
            list(zip(self.widths, self.strides, outputs, strict=True))
        ):
            part = functools.partial(ResidualBlock, width, dtype=self.dtype_policy)
            stages += repeated(part, self.blocks, "blocks")
            stages.append(Unfold(output, stride, dtype=self.dtype_policy))
        return stages

    @property
    def last_kernel(self):
        """The weights of the last convolution."""
        return self.stages[-1].project.kernel

    def build(self, input_shape):
        for stage in [self.expand, *self.stages]:
            stage.build(input_shape)
            input_shape = stage.compute_output_shape(input_shape)
        if self.bin_bias:
            shape = (1, 1, *input_shape[2:])
            self.bias = self.add_weight(shape=shape, initializer="zeros", name="bias")
        self.built = True

    def call(self, x):
        x = self.expand(x)
        for stage in self.stages:
            x = stage(x)
        return x + keras.ops.cast(self.bias, x.dtype) if self.bin_bias else x

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        stride = math.prod(self.strides)
        return (batch, height * stride, width * stride, self.channels)

    def get_config(self):
        return {
            **super().get_config(),
            "channels": self.channels,
            "widths": self.widths,
            "strides": self.strides,
            "blocks": self.blocks,
            "bin_bias": self.bin_bias,
        }
