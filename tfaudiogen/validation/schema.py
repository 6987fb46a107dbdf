"""Checks of external values that name what was received and what is required."""

_SHOWN = 120


def expect(condition, what, value):
    """Raise ValueError, with the name and the beginning of a value, unless the condition holds."""
    if not condition:
        shown = repr(value)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
        raise ValueError(f"{what} must not be {shown}")


def expect_keys(values, what, required, optional=()):
    """Raise ValueError unless a value is a dict with all required keys, and no unknown one."""
    expect(isinstance(values, dict), what, values)
    missing = sorted(set(required) - values.keys())
    unknown = sorted(values.keys() - set(required) - set(optional))
    if missing:
        raise ValueError(f"{what} lacks {', '.join(missing)}")
    if unknown:
        raise ValueError(f"{what} has {', '.join(unknown)[:_SHOWN]}, which nothing here writes")


def is_integer(value, least, most):
    """Return whether a value is an integer, no truth value, from `least` to `most`."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def expect_integer(value, what, least, most):
    """Return an integer; raise ValueError unless it is one, from `least` to `most`."""
    expect(is_integer(value, least, most), f"{what}, an integer from {least} to {most},", value)
    return value


def expect_digits(value, what, least, most):
    """Return the integer of a text of digits, as protocol buffers write large ones in JSON."""
    plain = isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20
    expect(plain, what, value)
    return expect_integer(int(value), what, least, most)
