"""Settings that have one value for each level of codes."""


def of_level(value, level):
    """Return the value of a level, counted from the finest: a list has one for each."""
    return value[level] if isinstance(value, (list, tuple)) else value
