"""Ranks of right answers, with ties and several right ones, against drawing orders at random."""

import numpy as np
import pytest

from tfaudiogen import metrics


def test_ranks_without_ties_are_counted():
    similarities = [[0.9, 0.5, 0.1, 0.7], [0.1, 0.2, 0.3, 0.4]]
    relevant = np.array([[0, 0, 1, 1], [0, 0, 0, 1]], bool)
    found = metrics.ranking(similarities, relevant)
    np.testing.assert_array_equal(metrics.expected_rank(found), [2, 1])
    for count, recalls in {1: [0, 1], 2: [1, 1]}.items():
        np.testing.assert_array_equal(metrics.recall_at(found, count), recalls)


@pytest.mark.parametrize("count", [1, 2, 4, 7, 20])
def test_ties_stand_in_random_order(count):
    """Two wrong ones above, then three wrong and two right ones that are tied."""
    similarities = np.array([[0.9, 0.8, 0.5, 0.5, 0.5, 0.5, 0.5, 0.1]])
    relevant = np.array([[0, 0, 1, 0, 0, 1, 0, 1]], bool)
    found = metrics.ranking(similarities, relevant)
    draw = np.random.default_rng(0)
    orders = draw.permuted(np.tile([0, 0, 0, 1, 1], (20000, 1)), axis=1)
    ranks = 3 + np.argmax(orders, axis=1)
    np.testing.assert_allclose(metrics.recall_at(found, count), np.mean(ranks <= count), atol=0.02)
    np.testing.assert_allclose(metrics.expected_rank(found), ranks.mean(), atol=0.02)


def test_chance_is_what_equal_similarities_give():
    relevant = np.random.default_rng(1).random((5, 12)) < 0.4
    relevant[:, 0] = True
    found = metrics.ranking(np.random.default_rng(2).random((5, 12)), relevant)
    blind = metrics.ranking(np.zeros((5, 12)), relevant)
    for one, other in zip(found.at_chance(), blind, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(metrics.recall_at(blind, 1), relevant.mean(axis=1))


def test_a_query_without_right_answer_is_refused():
    with pytest.raises(ValueError, match="a right answer for each query"):
        metrics.ranking(np.zeros((2, 3)), [[True, False, False], [False] * 3])
    with pytest.raises(ValueError, match=r"of one shape \[Q, K\]; received \(2, 3\)"):
        metrics.ranking(np.zeros((2, 3)), np.ones((3, 2), bool))
    with pytest.raises(ValueError, match="count must be at least 1; received 0"):
        metrics.recall_at(metrics.ranking(np.zeros((1, 1)), [[True]]), 0)


def test_the_interval_of_a_median_holds_it_as_often_as_it_says():
    draw = np.random.default_rng(0)
    held = 0
    for seed in range(60):
        low, high = metrics.bootstrap_median_interval(
            draw.exponential(size=81), resamples=200, seed=seed
        )
        held += low <= np.log(2) <= high
    assert 50 <= held <= 60


def test_groups_are_drawn_whole():
    values, groups = [1.0, 1.0, 1.0, 9.0, 9.0, 9.0], ["a"] * 3 + ["b"] * 3
    assert metrics.bootstrap_median_interval(values, groups) == (1.0, 9.0)
    assert np.isnan(metrics.bootstrap_median_interval(values, ["a"] * 6)).all()
