import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.quantizers.whitener import Whitener

MIX = np.array([[3.0, 0.0, 0.0], [2.0, 0.5, 0.0], [-1.0, 0.2, 0.3]])


def draws(seed, count=4000, shift=(5.0, -7.0, 100.0)):
    return np.random.default_rng(seed).normal(size=(count, 3)) @ MIX.T + shift


def step(layer, *parts):
    """One step of training on the parts of a batch; returns what the layer made of the last."""
    totals = None
    for part in parts:
        with statistics.collect() as reported:
            white = layer(tf.constant(part, tf.float32), training=True)
        sums = reported[layer.path]
        totals = sums if totals is None else tf.nest.map_structure(tf.add, totals, sums)
    layer.update_statistics(totals)
    return white


def test_vectors_become_white():
    layer = Whitener(3)
    for number in range(30):
        step(layer, draws(number))
    white = layer(tf.constant(draws(99), tf.float32)).numpy()
    np.testing.assert_allclose(white.mean(0), 0.0, atol=0.1)
    np.testing.assert_allclose(np.cov(white.T), np.eye(3), atol=0.1)


def test_the_moments_are_moving_averages():
    """Of batches with other means, against moments weighted in float64."""
    layer, batches = Whitener(3, decay=0.4), [draws(n, 50, (n, -n, 3.0)) for n in range(12)]
    weights, kept = np.zeros(0), [min(0.4, t / (9 + t)) for t in range(12)]
    for number, batch in enumerate(batches):
        step(layer, batch)
        weights = np.append(kept[number] * weights, 1 - kept[number])
    np.testing.assert_allclose(weights.sum(), 1.0)
    rows = np.concatenate(batches)
    mean = np.repeat(weights, 50) @ rows / 50
    covariance = (rows - mean).T * np.repeat(weights, 50) @ (rows - mean) / 50
    np.testing.assert_allclose(layer.mean, mean, rtol=1e-5)
    np.testing.assert_allclose(layer.covariance, covariance, rtol=1e-4, atol=1e-5)


def test_what_is_learned_does_not_depend_on_parts():
    whole, parts, batch = Whitener(3), Whitener(3), draws(1, 64, (5.0, -7.0, 9.0))
    for _ in range(2):
        step(whole, batch)
        step(parts, batch[:10], batch[10:])
    for one, other in zip(whole.weights, parts.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


def test_a_vector_does_not_depend_on_others_of_its_batch():
    layer = Whitener(3)
    step(layer, draws(1))
    whole = layer(tf.constant(draws(2), tf.float32), training=True)
    part = layer(tf.constant(draws(2)[:7], tf.float32))
    np.testing.assert_allclose(whole[:7], part, atol=1e-5)


def test_a_call_leaves_the_moments_alone():
    layer, batch = Whitener(3), draws(1)
    np.testing.assert_allclose(step(layer, batch), batch, rtol=1e-4, atol=1e-3)
    before = [weight.numpy() for weight in layer.weights]
    for training in (False, True):
        layer(tf.constant(batch + 9.0, tf.float32), training=training)
    for weight, old in zip(layer.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_a_direction_without_spread_is_left_small():
    layer = Whitener(2)
    flat = np.stack([np.linspace(-1, 1, 50), np.full(50, 4.0)], 1)
    for _ in range(3):
        step(layer, flat)
    white = layer(tf.constant(flat, tf.float32)).numpy()
    np.testing.assert_allclose(white[:, 1], 0.0, atol=1e-2)
    np.testing.assert_allclose(white[:, 0].std(), 1.0, rtol=1e-3)


@pytest.mark.parametrize("decay", [-0.1, 1.0])
def test_a_decay_out_of_range_is_named(decay):
    with pytest.raises(ValueError, match=f"decay must be at least 0 and below 1, received {decay}"):
        Whitener(3, decay)


def test_no_gradient_moves_all_vectors_alike_or_spreads_them():
    layer, batch = Whitener(3), tf.constant(draws(1, 60), tf.float32)
    step(layer, batch)
    goal = np.random.default_rng(2).normal(size=(60, 3)) + 3.0
    shift, scale = tf.Variable(tf.zeros(3)), tf.Variable(tf.ones(3))
    pulls = {}
    for training in (False, True):
        with tf.GradientTape() as tape:
            # Before the whitener, along what it makes independent of each other.
            inverse = tf.linalg.inv(layer._inverse())
            moved = batch + (shift + (scale - 1.0) * layer(batch)) @ tf.transpose(inverse)
            loss = tf.reduce_sum((layer(moved, training=training) - goal) ** 2)
        pulls[training] = np.abs(np.concatenate(tape.gradient(loss, [shift, scale])))
    assert np.all(pulls[False] > 10.0)
    np.testing.assert_allclose(pulls[True], 0.0, atol=0.02 * pulls[False].min())
