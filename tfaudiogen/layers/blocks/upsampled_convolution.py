"""Upsampling and a convolution fused into one operation on the small map."""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register

# [phase, tap on the small map, tap of the kernel]. Of three neighbours on the doubled line, the
# first copy of a pixel sees the previous pixel once and itself twice; the second copy sees itself
# twice and the next pixel once.
_SHARES = np.array([[[1, 0, 0], [0, 1, 1]], [[1, 1, 0], [0, 0, 1]]], np.float32)


@register
class UpsampledConvolution(keras.layers.Layer):
    """Nearest-neighbour upsampling by 2, then a zero-padded 3x3 convolution, fused.

    The upsampled map is never computed. Each of the four copies of a pixel is a 2x2 convolution of
    the small map, whose weights are sums of kernel weights: 16 products instead of 36. The result
    equals that of `UpSampling2D(2)` and `Conv2D(filters, 3, padding="same")` up to rounding, with
    the same weights as the `Conv2D` (cf. Shi et al., "Is the deconvolution layer the same as a
    convolutional layer?", 2016).

    Args:
        filters: channels of the output.
        activation: as in `keras.layers.Conv2D`.

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
            # Padded by a separate operation: the fast convolutions do not support uneven padding.
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
