"""Distances of sets of features against brute force and closed forms."""

import numpy as np
import pytest

from tfaudiogen import metrics


def normal(rows, mean=0.0, width=1.0, seed=0):
    return np.random.default_rng(seed).normal(mean, width, (rows, 6))


def test_kernel_distance_is_the_sum_over_pairs():
    x, y = normal(5), normal(4, 1.0, seed=1)

    def kernel(a, b):
        return (a @ b / 6 + 1) ** 3

    within_x = np.mean([kernel(a, b) for i, a in enumerate(x) for b in np.delete(x, i, 0)])
    within_y = np.mean([kernel(a, b) for i, a in enumerate(y) for b in np.delete(y, i, 0)])
    across = np.mean([kernel(a, b) for a in x for b in y])
    expected = within_x + within_y - 2 * across
    np.testing.assert_allclose(metrics.kernel_distance(x, y), expected)


def test_kernel_distance_is_unbiased_and_grows_with_the_difference():
    same = [metrics.kernel_distance(normal(60, seed=n), normal(60, seed=n + 99)) for n in range(50)]
    assert abs(np.mean(same)) < 3 * np.std(same) / np.sqrt(50)
    distances = [metrics.kernel_distance(normal(60), normal(60, m, seed=1)) for m in (0, 1, 2)]
    assert distances == sorted(distances)


def test_the_interval_holds_the_distance():
    x, y = normal(80), normal(80, 0.5, seed=1)
    low, high = metrics.kernel_distance_interval(x, y)
    assert 0 < low < metrics.kernel_distance(x, y) < high


def test_pairwise_distance_within_groups():
    x = np.array([[0.0], [3.0], [10.0], [11.0], [50.0]])
    assert metrics.pairwise_distance(x[:3]) == pytest.approx((3 + 10 + 7) / 3)
    assert metrics.pairwise_distance(x, ["a", "a", "b", "b", "c"]) == pytest.approx(2.0)
    with pytest.raises(ValueError, match=r"received groups of \[1, 1\]"):
        metrics.pairwise_distance(x[:2], [0, 1])


def test_nearest_distance_finds_copies():
    x = normal(8)
    np.testing.assert_allclose(metrics.nearest_distance(x[[2, 5]], x), 0.0, atol=1e-6)
    others = np.concatenate([x[:1] + 0.5, x[1:] + 9])
    np.testing.assert_allclose(metrics.nearest_distance(x, others)[0], np.sqrt(6) / 2)


@pytest.mark.parametrize("bad", [np.zeros(3), np.zeros((1, 3))])
def test_features_must_be_rows(bad):
    with pytest.raises(ValueError, match=r"\[M, D\] with M >= 2; received \(.*3"):
        metrics.kernel_distance(bad, normal(3))
