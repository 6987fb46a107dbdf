"""Compares sets of sounds by features [M, D]: distance, diversity, copying.

The features come from a classifier trained on real training sounds only.
"""

import numpy as np


def kernel_distance(x, y):
    """Unbiased squared maximum mean discrepancy of features x [M, D] and y [N, D], M, N >= 2.

    With the kernel k(a, b) = (a . b / D + 1)^3 of the kernel inception distance. It is about 0, of
    either sign, for two sets from one distribution.

    Source: Binkowski et al., "Demystifying MMD GANs", ICLR 2018, equation 4.
    """
    x, y = _features(x), _features(y)
    return _unbiased(_kernel(x, x), _kernel(x, y), _kernel(y, y))


def kernel_distance_interval(x, y, confidence=0.95, resamples=500, seed=0):
    """Interval (low, high) of `kernel_distance` over random halves of both sets.

    Halves are drawn without replacement, since the repeated rows of a bootstrap would count as
    agreement within a set. The interval is that of sets of half the size, so it is rather too wide.
    """
    x, y = _features(x), _features(y)
    random = np.random.default_rng(seed)
    kernels = _kernel(x, x), _kernel(x, y), _kernel(y, y)

    def of_halves():
        rows = random.permutation(len(x))[: max(2, len(x) // 2)]
        columns = random.permutation(len(y))[: max(2, len(y) // 2)]
        positions = (rows, rows), (rows, columns), (columns, columns)
        return _unbiased(
            *(
                kernel[np.ix_(*position)]
                for kernel, position in zip(kernels, positions, strict=True)
            )
        )

    found = [of_halves() for _ in range(resamples)]
    low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def pairwise_distance(x, groups=None):
    """Mean Euclidean distance between different rows of x [M, D]: the diversity of a set.

    With `groups`, M names, only rows of the same group are compared; the result is the mean over
    groups of at least two rows.
    """
    x = _features(x)
    groups = np.zeros(len(x), int) if groups is None else np.asarray(groups)
    parts = [x[groups == name] for name in np.unique(groups)]
    sizes = [len(part) for part in parts]
    if max(sizes) < 2:
        raise ValueError(f"a group must have at least 2 rows; received groups of {sizes}")
    spreads = [
        _distances(part, part).sum() / (len(part) * (len(part) - 1))
        for part in parts
        if len(part) > 1
    ]
    return float(np.mean(spreads))


def nearest_distance(x, others):
    """Distance of each row of x [M, D] to the nearest row of others [N, D], [M].

    Much smaller distances for samples than for real test sounds indicate copies of training sounds.
    """
    return _distances(_features(x), _features(others)).min(axis=1)


def _features(x):
    x = np.asarray(x, np.float64)
    if x.ndim != 2 or len(x) < 2:
        raise ValueError(f"features must be of shape [M, D] with M >= 2; received {x.shape}")
    return x


def _kernel(x, y):
    return (x @ y.T / x.shape[1] + 1.0) ** 3


def _unbiased(xx, xy, yy):
    """Equation 4: means of the kernels, without the diagonal within a set."""
    within = [(k.sum() - np.trace(k)) / (len(k) * (len(k) - 1)) for k in (xx, yy)]
    return float(sum(within) - 2.0 * xy.mean())


def _distances(x, y):
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1)[None] - 2.0 * x @ y.T
    return np.sqrt(np.maximum(squares, 0.0))
