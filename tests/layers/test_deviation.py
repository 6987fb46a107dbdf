"""Differences from the average example, of size 1, whatever else is in the batch."""

import numpy as np
import tensorflow as tf

from tfaudiogen.layers import statistics
from tfaudiogen.layers.deviation import Deviation


def passed(layer, x):
    """Return what the layer makes of x in training, and let it learn from x."""
    with statistics.collect() as found:
        y = layer(tf.constant(x), training=True)
    layer.update_statistics(found[layer.path])
    return y.numpy()


def test_what_all_examples_have_is_gone_and_what_differs_has_size_1():
    draw = np.random.default_rng(0)
    layer = Deviation(momentum=0.99)
    x = draw.normal(draw.normal(0.0, 9.0, 50), 0.01, (2000, 50)).astype(np.float32)
    for part in np.split(x, 10):
        passed(layer, part)
    y = layer(tf.constant(x)).numpy()
    np.testing.assert_allclose(y.mean(axis=0), 0.0, atol=0.05)
    np.testing.assert_allclose(np.square(y).mean(axis=1), 1.0, rtol=1e-4)
    np.testing.assert_allclose(y.std(axis=0), 1.0, atol=0.1)


def test_a_smaller_difference_is_no_smaller_and_no_way_to_learn():
    layer = Deviation()
    x = tf.constant(np.random.default_rng(0).normal(size=(4, 9)).astype(np.float32))
    layer(x)
    np.testing.assert_allclose(layer(x), layer(0.01 * x), rtol=1e-4)
    size = tf.Variable(0.5)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.sin(layer(size * x)))
    assert abs(float(tape.gradient(loss, size))) < 1e-4


def test_an_example_depends_on_no_other_of_its_batch():
    layer = Deviation()
    x = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    passed(layer, x)
    np.testing.assert_array_equal(
        layer(tf.constant(x), training=True)[:1], layer(tf.constant(x[:1]), training=True)
    )


def test_the_average_is_of_all_batches_at_first_and_then_fades():
    layer = Deviation(momentum=0.5)
    for value in (1.0, 3.0, 6.0):
        passed(layer, np.full((2, 1), value, np.float32))
    # After one step kept is 1 / 2, as of a mean, and stays there.
    np.testing.assert_allclose(layer.mean, [(1.0 + 3.0) / 4 + 6.0 / 2])
