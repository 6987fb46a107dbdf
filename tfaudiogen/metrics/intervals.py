"""Confidence intervals of proportions and means."""

from statistics import NormalDist

import numpy as np


def proportion_interval(successes, count, confidence=0.95):
    """Wilson's score interval (low, high) of a proportion, both in [0, 1].

    It keeps its coverage near 0 and 1 and for small counts, where the usual normal interval
    collapses.

    Source: Wilson, "Probable inference, the law of succession, and statistical inference",
    JASA 1927.
    """
    if count < 1 or not 0 <= successes <= count:
        raise ValueError(
            "successes must lie between 0 and count, and count must be at least 1, got "
            f"{successes} of {count}"
        )
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = successes / count
    spread = z * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    centre, scale = share + z**2 / (2 * count), 1 + z**2 / count
    return max(0.0, float((centre - spread) / scale)), min(1.0, float((centre + spread) / scale))


def bootstrap_interval(values, weights=None, groups=None, confidence=0.95, resamples=2000, seed=0):
    """Percentile bootstrap interval (low, high) of sum(values) / sum(weights).

    Without `weights` this is the mean. `groups` names the unit that is resampled, e.g. the source
    file of each window: windows of one recording are correlated, and resampling them one by one
    would give too narrow an interval. NaN values are left out. The result is (NaN, NaN) for fewer
    than two remaining groups.

    Source: Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13.
    """
    values = np.asarray(values, np.float64)
    weights = np.ones_like(values) if weights is None else np.asarray(weights, np.float64)
    groups = np.arange(len(values)) if groups is None else np.asarray(groups)
    if not values.shape == weights.shape == groups.shape or values.ndim != 1:
        raise ValueError(
            "values, weights and groups must be vectors of one length, got shapes "
            f"{values.shape}, {weights.shape} and {groups.shape}"
        )
    valid = ~np.isnan(values)
    names, positions = np.unique(groups[valid], return_inverse=True)
    if len(names) < 2:
        return float("nan"), float("nan")
    totals = np.bincount(positions, values[valid])
    sizes = np.bincount(positions, weights[valid])
    generator = np.random.default_rng(seed)
    draws = generator.integers(len(names), size=(resamples, len(names)))
    ratios = totals[draws].sum(axis=1) / sizes[draws].sum(axis=1)
    low, high = np.quantile(ratios, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def bootstrap_median_interval(values, groups=None, confidence=0.95, resamples=2000, seed=0):
    """Percentile bootstrap interval (low, high) of the median of values.

    Groups are resampled as in `bootstrap_interval`. The median of a resample is the lower median,
    the value at which half of the resample is reached.
    """
    values = np.asarray(values, np.float64)
    groups = np.arange(len(values)) if groups is None else np.asarray(groups)
    if values.shape != groups.shape or values.ndim != 1:
        raise ValueError(
            "values and groups must be vectors of one length, got shapes "
            f"{values.shape} and {groups.shape}"
        )
    names, positions = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        return float("nan"), float("nan")
    order = np.argsort(values)
    generator = np.random.default_rng(seed)
    medians = np.empty(resamples)
    for number in range(resamples):
        drawn = generator.integers(len(names), size=len(names))
        reached = np.cumsum(np.bincount(drawn, minlength=len(names))[positions[order]])
        medians[number] = values[order[np.searchsorted(reached, 0.5 * reached[-1])]]
    low, high = np.quantile(medians, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)
