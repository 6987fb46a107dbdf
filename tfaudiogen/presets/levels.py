"""Settings that have one value for each level of codes."""


def of_level(value, level):
    """Return the value of a level, 0 the finest; `value` is a list by level, or one for all."""
    return value[level] if isinstance(value, (list, tuple)) else value
