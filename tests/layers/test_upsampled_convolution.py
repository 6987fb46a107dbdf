"""Upsampling and convolution in one give what the two give after each other."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.layers.blocks.upsampled_convolution import UpsampledConvolution


@pytest.mark.parametrize("compiled", [False, True])
def test_values_and_gradients_are_those_of_both_layers(compiled):
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 5, 3, 4)).astype(np.float32))
    layer = UpsampledConvolution(6, "relu")
    layer.build(x.shape)
    layer.bias.assign(np.linspace(-1, 1, 6))
    double = keras.layers.UpSampling2D(2)

    def of_both(x, kernel):
        found = tf.nn.conv2d(double(x), kernel, 1, "SAME")
        return tf.nn.relu(found + layer.bias)

    kernel = tf.constant(np.random.default_rng(1).normal(size=(3, 3, 4, 6)).astype(np.float32))
    layer.kernel.assign(kernel)
    expected, wanted = gradients(lambda: of_both(x, kernel), [x, kernel])

    @tf.function(jit_compile=compiled)
    def of_one():
        return gradients(lambda: layer(x), [x, layer.kernel.value])

    found, got = of_one()
    assert found.shape == (2, 10, 6, 6)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    for mine, theirs in zip(got, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def gradients(function, sources):
    """Return the values, and the gradients of the sum of their squares."""
    with tf.GradientTape() as tape:
        tape.watch(sources)
        values = function()
        loss = tf.reduce_sum(values**2)
    return values, tape.gradient(loss, sources)
