import numpy as np
import pytest

from tfaudiogen import metrics


@pytest.fixture
def pair():
    generator = np.random.default_rng(3)
    one = generator.random((4, 20, 24, 3))
    return one, np.clip(one + 0.1 * generator.normal(size=one.shape), 0, 1)


def test_mean_squared_error_and_psnr_by_hand(pair):
    one, other = pair
    expected = [np.mean((a - b) ** 2) for a, b in zip(one, other, strict=True)]
    np.testing.assert_allclose(metrics.mean_squared_error(one, other), expected)
    np.testing.assert_allclose(metrics.psnr(one, other), -10 * np.log10(expected))


def test_a_perfect_estimate(pair):
    one, _ = pair
    assert np.all(metrics.mean_squared_error(one, one) == 0)
    assert np.all(metrics.psnr(one, one) == 100)
    np.testing.assert_allclose(metrics.ssim(one, one), 1, rtol=1e-6)


def test_ssim_falls_with_noise_and_takes_small_pictures(pair):
    one, other = pair
    worse = np.clip(other + 0.3 * np.random.default_rng(4).normal(size=one.shape), 0, 1)
    assert np.all(metrics.ssim(one, worse) < metrics.ssim(one, other))
    assert metrics.ssim(one[:, :6, :5], other[:, :6, :5]).shape == (4,)


def test_shapes_that_differ_are_refused(pair):
    with pytest.raises(ValueError, match="pictures of one shape"):
        metrics.psnr(pair[0], pair[1][0])
