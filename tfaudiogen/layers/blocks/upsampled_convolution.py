"""Upsampling and a convolution in one operation, computed on the small map."""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register

# [phase, tap on the small map, tap of the kernel]: of three neighbours on the doubled line the
# first place of a pixel sees the pixel before once and the pixel twice, the second place the pixel
# twice and the next one once.
_SHARES = np.array([[[1, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]], np.float32)


@register
class UpsampledConvolution(keras.layers.Layer):
    """Each pixel doubled in both directions, then a 3x3 convolution, padded with zeros.

    The doubled map is never made: each of the four places that a pixel becomes is a 2x2
    convolution of the small map, whose weights are sums of the kernel's, so that 16 products stand
    for 36. The result is that of `UpSampling2D(2)` and `Conv2D(filters, 3, padding="same")` up to
    rounding, and the weights are those of the latter (cf. Shi et al., "Is the deconvolution layer
    the same as a convolutional layer?", 2016).

    Args:
        filters: channels of the output.
        activation: as of `keras.layers.Conv2D`.

    Call: [B, H, W, C] -> [B, 2 H, 2 W, filters].
    """

    def __init__(self, filters, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.activation = filters, keras.activations.get(activation)

    def build(self, input_shape):
        shape = (3, 3, input_shape[-1], self.filters)
        self.kernel = self.add_weight(shape, "glorot_uniform", name="kernel")
        self.bias = self.add_weight((self.filters,), "zeros", name="bias")
        self.built = True

    def call(self, x):
        height, width = x.shape[1:3]
        shares, kernel = tf.cast(_SHARES, x.dtype), tf.cast(self.kernel, x.dtype)
        kernels = tf.einsum("pai,qbj,ijcd->pqabcd", shares, shares, kernel)

        def place(p, q):
            # Padded by an operation of its own: the quick convolutions know no uneven padding.
            padded = tf.pad(x, [[0, 0], [1 - p, p], [1 - q, q], [0, 0]])
            return tf.nn.conv2d(padded, kernels[p, q], 1, "VALID")

        rows = [tf.stack([place(p, q) for q in (0, 1)], axis=3) for p in (0, 1)]
        doubled = tf.reshape(tf.stack(rows, axis=2), (-1, 2 * height, 2 * width, self.filters))
        return self.activation(doubled + tf.cast(self.bias, x.dtype))

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        return (batch, 2 * height, 2 * width, self.filters)

    def get_config(self):
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "filters": self.filters, "activation": activation}
