"""Builds repeated sublayers, with a bound on their number."""

import operator

MOST = 512


def check_count(name, count, least=0):
    """Return a number of sublayers as an integer.

    Raises:
        ValueError: it is no integer, below `least` or above 512. No model needs more, and a config
            could otherwise allocate much memory before its missing weights are noticed.
    """
    try:
        value = operator.index(count)
    except TypeError:
        value = None
    if value is None or isinstance(count, bool) or not least <= value <= MOST:
        raise ValueError(f"{name} must be an integer from {least} to {MOST}; received {count!r}")
    return value


def repeated(make, count, name):
    """Return a list of `count` results of `make()`; `name` is the name of the count in errors."""
    return [make() for _ in range(check_count(name, count))]
