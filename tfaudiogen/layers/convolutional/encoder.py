"""The residual convolutional encoder: maps an image to features."""

import functools
import math

import keras

from tfaudiogen.layers.blocks.channels_last import convolution
from tfaudiogen.layers.blocks.residual import ResidualBlock, normalize, patchify, register
from tfaudiogen.layers.quantizers.repetition import check_count, repeated


@register
class Encoder(keras.layers.Layer):
    """Patchifies the image, then alternates residual blocks and strided convolutions.

    The first stride is the patch size. Most of the cost of a large image is at full resolution;
    patches of 4x4 or 8x8 pixels as channels keep all pixels and save that cost.

    Args:
        widths: channels of each stage, e.g. (32, 64, 96, 128, 192).
        strides: stride of each stage, e.g. (4, 2, 2, 2, 2); the image's sides must be multiples of
            their product.
        blocks: residual blocks of each stage.
        channels: channels of the output features; the size of their map sets the size of the dense
            layers that follow.

    Call: images [B, T, F, C] in [0, 1] -> features [B, T / S, F / S, channels], S the product of
    the strides.
    """

    def __init__(self, widths, strides, blocks=1, channels=16, **kwargs):
        super().__init__(**kwargs)
        check_stages(widths, strides)
        self.widths, self.strides = tuple(widths), tuple(strides)
        self.blocks, self.channels = blocks, channels
        self.stages = []
        for width, stride in zip(self.widths, self.strides, strict=True):
            self.stages.append(patchify(width, stride, self.dtype_policy))
            part = functools.partial(ResidualBlock, width, dtype=self.dtype_policy)
            self.stages += repeated(part, blocks, "blocks")
        self.project = convolution(channels, 1, dtype=self.dtype_policy)

    def build(self, input_shape):
        check_divisible(input_shape, self.strides)
        for stage in [*self.stages, self.project]:
            stage.build(input_shape)
            input_shape = stage.compute_output_shape(input_shape)
        self.built = True

    def call(self, images):
        x = 2.0 * images - 1.0
        for stage in self.stages:
            x = stage(x)
        return self.project(keras.ops.silu(normalize(x)))

    def compute_output_shape(self, input_shape):
        batch, frames, bins, _ = input_shape
        for stride in self.strides:
            frames, bins = frames // stride, bins // stride
        return (batch, frames, bins, self.channels)

    def get_config(self):
        return {
            **super().get_config(),
            "widths": self.widths,
            "strides": self.strides,
            "blocks": self.blocks,
            "channels": self.channels,
        }


def check_stages(widths, strides):
    """Raise ValueError unless there is one stride for each width, and from 1 to 512 stages."""
    if not widths or len(widths) != len(strides):
        raise ValueError(
            f"widths and strides must have the same length of at least 1, "
            f"received widths={tuple(widths)} and strides={tuple(strides)}"
        )
    check_count("the length of widths", len(widths))


def check_divisible(image_shape, strides):
    """Raise ValueError unless the image's sides are multiples of the product of the strides."""
    total = math.prod(strides)
    _, frames, bins, _ = image_shape
    if frames % total or bins % total:
        raise ValueError(
            f"the image's sides must be multiples of {total}, the product of strides={strides}; "
            f"received {frames} frames by {bins} bins. Choose other strides or another geometry."
        )


def default_stages(image_shape):
    """Return (widths, strides) that reduce the image's shorter side to 8.

    Large images begin with patches of 4x4 pixels, at a quarter of the cost of 2x2; small ones keep
    their detail.
    """
    side = min(image_shape[:2])
    strides = (4, 2) if side >= 256 else (2,)
    while side // math.prod(strides) > 8:
        strides = (*strides, 2)
    widths = (32, 64, 96, 128, *[192] * len(strides))
    return widths[: len(strides)], strides
