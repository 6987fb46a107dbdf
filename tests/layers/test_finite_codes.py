import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.quantizers.finite_scalar import FiniteScalarQuantizer

LEVELS = (4, 3)
MISUSED = np.array([0.5, 0.3, 0.15, 0.02, 0.01, 0.01, 0.005, 0.004, 0.001, 0.0, 0.0, 0.0])


def identity(**settings):
    """A quantizer of features that are its numbers before they are squashed."""
    quantizer = FiniteScalarQuantizer(LEVELS, **settings)
    quantizer.build((None, 1, 1, 2))
    quantizer.project.kernel.assign(np.eye(2))
    return quantizer


def test_the_penalty_is_its_formula():
    """Against a sum over all codes in numpy."""
    quantizer = identity(attraction=3.0, dead_code_threshold=0.2)
    quantizer.shares.assign(MISUSED)
    features = np.random.default_rng(0).normal(size=(2, 3, 5, 2)).astype(np.float32)
    found = quantizer(features)
    half = np.array(LEVELS) // 2
    numbers = found["vectors"].numpy() * half  # y
    expected = np.zeros((2, 3, 5))
    for code, share in enumerate(MISUSED):
        near = 1.0
        for place, level in enumerate((code % 4, code // 4)):
            scores = np.exp(
                -0.5 * (numbers[..., place, None] - (np.arange(LEVELS[place]) - half[place])) ** 2
            )
            near = near * scores[..., level] / scores.sum(-1)
        expected += near * min(0.0, np.log(12 * share / 0.2 + 1e-3))
    np.testing.assert_allclose(found["penalty"], 3.0 * expected.sum((1, 2)), rtol=1e-4)


def test_shares_are_moving_averages_of_the_codes():
    quantizer, parts = identity(decay=0.3), np.random.default_rng(0).normal(size=(5, 2, 3, 7, 2))
    expected = np.full(12, 1 / 12)
    for step, features in enumerate(parts.astype(np.float32)):
        with statistics.collect() as reported:
            found = quantizer(features)
            quantizer.observe(found, None, "codes")
        quantizer.update_statistics(reported[quantizer.path])
        kept = min(0.3, step / (9 + step))
        shares = np.bincount(np.ravel(found["code"]), minlength=12) / 42
        expected = kept * expected + (1 - kept) * shares
    np.testing.assert_allclose(quantizer.shares, expected, rtol=1e-5, atol=1e-7)


def test_codes_that_are_used_attract_nothing():
    quantizer = identity(attraction=3.0, dead_code_threshold=0.1)
    quantizer.shares.assign([0.6, *[0.4 / 11] * 11])
    features = np.random.default_rng(0).normal(size=(2, 3, 5, 2)).astype(np.float32)
    np.testing.assert_array_equal(quantizer(features)["penalty"], 0.0)


@pytest.mark.slow
def test_unused_codes_are_used_again():
    """Numbers of two clusters, moved by the penalty alone."""
    draw = np.random.default_rng(0)
    clusters = np.array([[1.0, 1.0], [-1.0, -1.0]])[draw.integers(0, 2, 400)]
    features = tf.Variable(clusters.reshape(1, 20, 20, 2) + 0.3 * draw.normal(size=(1, 20, 20, 2)))
    quantizer, optimizer = identity(decay=0.8), keras.optimizers.SGD(0.01)

    def used():
        return len(np.unique(quantizer(tf.cast(features, tf.float32))["code"]))

    before = used()
    for _ in range(300):
        with statistics.collect() as reported, tf.GradientTape() as tape:
            found = quantizer(tf.cast(features, tf.float32))
            quantizer.observe(found, None, "codes")
        optimizer.apply([tape.gradient(found["penalty"], features)], [features])
        quantizer.update_statistics(reported[quantizer.path])
    assert before <= 9
    assert used() == 12


def test_finite_codes_are_used_however_narrow_and_far_the_features_lie():
    """Nearly equal features far from zero, all at one end of tanh as they are."""
    quantizer = FiniteScalarQuantizer((5, 4, 3))
    mix = np.array([[3.0, 0.0, 0.0], [2.0, 0.5, 0.0], [-1.0, 0.2, 0.3]])
    mixed = np.random.default_rng(3).normal(size=(1800, 3)) @ mix.T + (5.0, -7.0, 100.0)
    features = tf.constant(mixed.reshape(3, 20, 30, 3) * 1e-2 + 20.0, tf.float32)
    assert len(np.unique(quantizer(features)["code"])) < 10
    for _ in range(20):
        with statistics.collect() as reported:
            quantizer(features, training=True)
        quantizer.whiten.update_statistics(reported[quantizer.whiten.path])
    counts = np.bincount(np.ravel(quantizer(features)["code"]), minlength=quantizer.codebook_size)
    assert np.mean(counts > 0) == 1.0
    share = counts / counts.sum()
    assert np.exp(-np.sum(share * np.log(share + 1e-12))) > 0.9 * quantizer.codebook_size
