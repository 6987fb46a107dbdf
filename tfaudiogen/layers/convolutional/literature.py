"""The usual encoder and decoder of published spectrogram VAEs, as a baseline."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.blocks.channels_last import convolution, max_pooling
from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.layers.blocks.upsampled_convolution import UpsampledConvolution


@register
class BatchNormalization(keras.layers.Layer):
    """Batch normalisation (Ioffe and Szegedy, 2015) with averages updated outside the step.

    In training each replica normalises by its own moments and reports its sums through
    `tfaudiogen.layers.blocks.statistics`; `update_statistics` updates the moving averages with the
    moments of the whole batch.

    Args:
        momentum: decay of the moving averages.
        epsilon: added to the variance.
    """

    def __init__(self, momentum=0.99, epsilon=1e-3, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, input_shape):
        shape = (input_shape[-1],)
        self.gain = self.add_weight(shape=shape, initializer="ones", name="gain")
        self.bias = self.add_weight(shape=shape, initializer="zeros", name="bias")
        average = {
            "shape": shape,
            "trainable": False,
            "dtype": "float32",
            "autocast": False,
            "aggregation": "only_first_replica",
        }
        self.mean = self.add_weight(initializer="zeros", name="mean", **average)
        self.variance = self.add_weight(initializer="ones", name="variance", **average)
        self.built = True

    def call(self, x, training=False):
        mean, variance = tf.identity(self.mean), tf.identity(self.variance)
        if training:
            mean, variance = self._moments(tf.cast(x, tf.float32))
        scale = tf.cast(self.gain, tf.float32) * tf.math.rsqrt(variance + self.epsilon)
        shift = tf.cast(self.bias, tf.float32) - mean * scale
        return x * tf.cast(scale, x.dtype) + tf.cast(shift, x.dtype)

    def _moments(self, x):
        axes = list(range(len(x.shape) - 1))
        mean = tf.reduce_mean(x, axes)
        square = tf.reduce_mean(tf.square(x - mean), axes)
        count = tf.cast(tf.size(x) / x.shape[-1], tf.float32)
        sums = {"count": count, "first": count * mean, "second": count * (square + mean**2)}
        statistics.report(self, sums)
        return mean, square

    def update_statistics(self, sums):
        """Update the moving averages with the moments of a whole batch, from its sums."""
        mean = sums["first"] / sums["count"]
        variance = sums["second"] / sums["count"] - tf.square(mean)
        self.mean.assign(self.momentum * self.mean + (1.0 - self.momentum) * mean)
        self.variance.assign(self.momentum * self.variance + (1.0 - self.momentum) * variance)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}


class _Chain(keras.layers.Layer):
    """A sequence of layers, built and called in turn."""

    def build(self, input_shape):
        for stage in self.stages:
            stage.build(input_shape)
            input_shape = stage.compute_output_shape(input_shape)
        self.built = True

    def call(self, x, training=False):
        for stage in self.stages:
            normalises = isinstance(stage, BatchNormalization)
            x = stage(x, training=training) if normalises else stage(x)
        return x


@register
class LiteratureEncoder(_Chain):
    """Five strided 4x4 convolutions with batch normalisation and one max pooling.

    Call: [B, T, F, C] -> [B, T / 64, F / 64, 256], T and F multiples of 64.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stages = []
        for width in (32, 64, 128, 256, 256):
            strided = convolution(
                width, 4, strides=2, padding="same", activation="relu", dtype=self.dtype_policy
            )
            self.stages += [strided, BatchNormalization(dtype=self.dtype_policy)]
            if width == 64:
                self.stages.append(max_pooling(2, dtype=self.dtype_policy))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[1] // 64, input_shape[2] // 64, 256)


@register
class LiteratureDecoder(_Chain):
    """A dense layer to 256 channels, then six stages of upsampling and a 3x3 convolution.

    Args:
        image_shape: (T, F, channels) of the output, T and F multiples of 64.

    Call: [B, D] -> [B, T, F, channels].
    """

    def __init__(self, image_shape, **kwargs):
        super().__init__(**kwargs)
        self.image_shape = tuple(image_shape)
        coarse = (self.image_shape[0] // 64, self.image_shape[1] // 64, 256)
        policy = {"dtype": self.dtype_policy}
        self.stages = [
            keras.layers.Dense(coarse[0] * coarse[1] * coarse[2], "relu", **policy),
            keras.layers.Reshape(coarse, **policy),
        ]
        for width in (128, 64, 32, 128, 64, 32):
            self.stages.append(UpsampledConvolution(width, "relu", **policy))
        output = convolution(self.image_shape[2], 3, padding="same", **policy)
        self.stages.append(output)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], *self.image_shape)

    def get_config(self):
        return {**super().get_config(), "image_shape": self.image_shape}
