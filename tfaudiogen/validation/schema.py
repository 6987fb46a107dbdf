"""Checks of external values, with errors that name what was received and what is required."""

_SHOWN = 120


def expect(condition, what, value):
    """Raise ValueError, with `what` and the (shortened) value, unless the condition holds."""
    if not condition:
        shown = repr(value)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
        raise ValueError(f"{what} must not be {shown}")


def expect_keys(values, what, required, optional=()):
    """Raise ValueError unless `values` is a dict with all required and no unknown keys."""
    expect(isinstance(values, dict), what, values)
    missing = sorted(set(required) - values.keys())
    unknown = sorted(values.keys() - set(required) - set(optional))
    if missing:
        raise ValueError(f"{what} lacks {', '.join(missing)}")
    if unknown:
        raise ValueError(f"{what} has {', '.join(unknown)[:_SHOWN]}, which nothing here writes")


def is_integer(value, least, most):
    """Return whether a value is an int, not a bool, from `least` to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def expect_integer(value, what, least, most):
    """Return the value; raise ValueError unless it is an integer from `least` to `most`."""
    expect(is_integer(value, least, most), f"{what}, an integer from {least} to {most},", value)
    return value


def expect_digits(value, what, least, most):
    """Parses an integer from a string of digits, as protocol buffers write int64 in JSON."""
    plain = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20
    expect(plain, what, value)
    return expect_integer(int(value), what, least, most)
