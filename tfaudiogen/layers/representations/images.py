"""The representation of pictures, the counterpart of `Spectrogram`."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.probability.distributions import quantize

GREY, RGB = 1, 3


@register
class Pictures(keras.layers.Layer):
    """Represents pictures of a fixed size as the images of a model, in place of a `Spectrogram`.

    Pixels have 256 levels in [0, 1]; rows run from the top, columns from the left, channels are
    red, green, blue. The layer is part of every saved model of pictures, so training and sampling
    cannot differ in size or colours.

    Args:
        height, width: H and W, in pixels.
        channels: C, 1 for grey and 3 for RGB.

    Call: pictures [B, H, W, C] in [0, 1] -> the same, rounded to the nearest of 256 levels, in
    float32 under any policy.

    Raises:
        ValueError: if a side is not at least 1, or the channels are neither 1 nor 3.
    """

    kind = "pictures"

    def __init__(self, height=128, width=128, channels=RGB, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        for name, value in {"height": height, "width": width}.items():
            if value < 1:
                raise ValueError(f"{name} must be at least 1, received {value}")
        if channels not in (GREY, RGB):
            raise ValueError(f"channels must be 1 (grey) or 3 (RGB), received {channels}")
        self.height, self.width, self.channels = height, width, channels

    @property
    def image_shape(self):
        """Shape of one image: (height, width, channels)."""
        return (self.height, self.width, self.channels)

    def build(self, input_shape=None):
        self.built = True

    def call(self, pictures):
        if tuple(pictures.shape[1:]) != self.image_shape:
            raise ValueError(
                f"pictures must be [B, {self.height}, {self.width}, {self.channels}], received the "
                f"shape {pictures.shape}"
            )
        return quantize(tf.cast(pictures, tf.float32))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.image_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "height": self.height,
            "width": self.width,
            "channels": self.channels,
        }
