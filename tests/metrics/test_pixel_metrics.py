"""Code lengths under one shared scale."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import optimize, stats

from tfaudiogen.metrics.pixels import fit_logistic_scale, logistic_code_length
from tfaudiogen.probability.distributions import quantize

SHAPE = (3, 16, 8, 1)


def residual_batches(scale, count=4, seed=0):
    draw = np.random.default_rng(seed)
    batches = []
    for _ in range(count):
        means = draw.uniform(-0.05, 1.05, SHAPE)
        images = quantize(tf.constant(means + draw.logistic(scale=scale, size=SHAPE), tf.float32))
        frames = tf.constant(draw.integers(4, 17, SHAPE[0]), tf.int32)
        batches.append((images, tf.constant(means, tf.float32), frames))
    return batches


def test_code_length_against_scipy():
    ((images, means, _),) = residual_batches(0.05, count=1)
    edges = (images.numpy().astype(np.float64) * 255).round()[..., None] + [-0.5, 0.5]
    edges = np.where(edges < 0, -np.inf, np.where(edges > 255, np.inf, edges / 255))
    cdf = stats.logistic(means.numpy()[..., None], 0.07).cdf(edges)
    expected = -np.log(cdf[..., 1] - cdf[..., 0]).sum(axis=(1, 2, 3))
    actual = logistic_code_length(images, means, [16, 16, 16], 0.07)
    np.testing.assert_allclose(actual, expected, rtol=1e-4)


def test_padding_does_not_count():
    ((images, means, _),) = residual_batches(0.05, count=1)
    frames = [16, 5, 9]
    expected = logistic_code_length(images, means, frames, 0.05)
    disturbed = tf.where(tf.range(16)[None, :, None, None] < 5, images, 1.0 - images)
    actual = logistic_code_length(disturbed, means, frames, 0.05)
    assert actual[1] == expected[1]
    assert actual[0] != expected[0]
    alone = logistic_code_length(images[2:, :9], means[2:, :9], [9], 0.05)
    np.testing.assert_allclose(expected[2:], alone, rtol=1e-6)


@pytest.mark.parametrize("scale", [0.002, 0.01, 0.033, 0.2])
def test_fitted_scale_is_the_minimum(scale):
    batches = residual_batches(scale)

    def total(log_scale):
        lengths = [logistic_code_length(*batch, np.exp(log_scale)) for batch in batches]
        return float(sum(np.sum(length.numpy(), dtype=np.float64) for length in lengths))

    best = optimize.minimize_scalar(total, bounds=np.log([0.25 / 255, 128 / 255]), method="bounded")
    fitted = fit_logistic_scale(batches)
    np.testing.assert_allclose(fitted, np.exp(best.x), rtol=0.05)
    np.testing.assert_allclose(total(np.log(fitted)), best.fun, rtol=1e-3)


def test_scale_stays_in_range_for_perfect_and_for_hopeless_images():
    images, means, frames = residual_batches(0.05, count=1)[0]
    assert 0.1 / 255 < fit_logistic_scale([(images, images, frames)]) < 0.5 / 255
    extremes = tf.round(images)
    assert 0.2 < fit_logistic_scale([(extremes, 1.0 - extremes, frames)]) < 1.0
