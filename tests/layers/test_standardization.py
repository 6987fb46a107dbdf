"""Standardised features: mean 0 and variance 1 over examples, whatever the batches."""

import numpy as np
import tensorflow as tf

from tfaudiogen.layers import statistics
from tfaudiogen.layers.standardization import Standardization


def passed(layer, x):
    """Return what the layer makes of x in training, and let it learn from x."""
    with statistics.collect() as found:
        y = layer(tf.constant(x), training=True)
    layer.update_statistics(found[layer.path])
    return y.numpy()


def test_features_come_out_with_mean_0_and_variance_1():
    draw = np.random.default_rng(0)
    layer = Standardization(epsilon=1e-6)
    x = draw.normal([3.0, -8.0], [0.01, 5.0], (2000, 2)).astype(np.float32)
    for part in np.split(x, 10):
        passed(layer, part)
    y = layer(tf.constant(x)).numpy()
    np.testing.assert_allclose(y.mean(axis=0), 0.0, atol=0.02)
    np.testing.assert_allclose(y.std(axis=0), 1.0, atol=0.03)


def test_an_example_depends_on_no_other_of_its_batch():
    layer = Standardization()
    x = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    passed(layer, x)
    np.testing.assert_array_equal(
        layer(tf.constant(x), training=True)[:1], layer(tf.constant(x[:1]), training=True)
    )


def test_averages_are_of_all_batches_at_first_and_then_fade():
    layer = Standardization(momentum=0.5)
    for value in (1.0, 3.0, 6.0):
        passed(layer, np.full((2, 1), value, np.float32))
    # After one step kept is 1 / 2, as of a mean, and stays there.
    np.testing.assert_allclose(layer.mean, [(1.0 + 3.0) / 4 + 6.0 / 2])
