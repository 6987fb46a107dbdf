"""Builds the repeated parts of a layer, whose count is bounded."""

import operator

MOST = 512


def check_count(name, count, least=0):
    """Return how many parts there are, as an integer.

    Raises:
        ValueError: it is no integer, below `least` or above 512, which no model needs and which
            would take memory before it is known that there are no weights for them.
    """
    try:
        value = operator.index(count)
    except TypeError:
        value = None
    if value is None or isinstance(count, bool) or not least <= value <= MOST:
        raise ValueError(f"{name} must be an integer from {least} to {MOST}; received {count!r}")
    return value


def repeated(make, count, name):
    """Return a list of `count` parts, each of which `make` returns; `name` is that of the count."""
    return [make() for _ in range(check_count(name, count))]
