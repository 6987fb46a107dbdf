"""Intervals against textbook values and their defining properties."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfaudiogen.metrics import bootstrap_interval, proportion_interval


def test_wilson_interval_of_textbook_cases():
    np.testing.assert_allclose(proportion_interval(0, 10), (0.0, 0.27753), atol=1e-5)
    np.testing.assert_allclose(proportion_interval(81, 263), (0.25527, 0.36617), atol=2e-4)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_ends_solve_the_score_equation(case):
    successes, count = case
    share = successes / count
    for end in proportion_interval(successes, count):
        score = (share - end) ** 2 - 1.959963984540054**2 * end * (1 - end) / count
        assert abs(score) < 1e-9


@pytest.mark.parametrize(("successes", "count"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_proportions_are_refused(successes, count):
    with pytest.raises(ValueError, match=f"got {successes} of {count}"):
        proportion_interval(successes, count)


def test_bootstrap_of_a_mean_agrees_with_the_normal_interval():
    values = np.random.default_rng(0).normal(3.0, 2.0, 400)
    margin = 1.96 * values.std(ddof=1) / math.sqrt(400)
    expected = values.mean() - margin, values.mean() + margin
    np.testing.assert_allclose(bootstrap_interval(values), expected, atol=0.1 * margin)


def test_bootstrap_draws_groups_and_not_windows():
    files = np.random.default_rng(0).normal(size=20)
    values, groups = np.repeat(files, 50), np.repeat(np.arange(20), 50)
    np.testing.assert_allclose(bootstrap_interval(values, groups=groups), bootstrap_interval(files))


@given(st.integers(0, 2**31), st.floats(0.1, 10.0))
@settings(max_examples=10, deadline=None)
def test_bootstrap_of_a_constant_ratio_has_no_width(seed, ratio):
    weights = np.random.default_rng(seed).uniform(1, 5, 12)
    interval = bootstrap_interval(ratio * weights, weights, resamples=50)
    np.testing.assert_allclose(interval, ratio)


def test_bootstrap_is_repeatable_and_names_of_groups_are_free():
    values, groups = np.arange(6.0), np.array(["a", "a", "b", "b", "c", "ä"])
    first = bootstrap_interval(values, groups=groups, seed=3)
    assert first == bootstrap_interval(values, groups=groups, seed=3)
    assert first[0] < values.mean() < first[1]


def test_one_group_gives_no_interval():
    assert all(math.isnan(end) for end in bootstrap_interval([1.0, 2.0], groups=[7, 7]))
    assert all(math.isnan(end) for end in bootstrap_interval([1.0, float("nan")]))


def test_shapes_must_agree():
    with pytest.raises(ValueError, match="one length"):
        bootstrap_interval([1.0, 2.0], groups=[1])
