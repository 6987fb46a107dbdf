"""Rules that validate the values of settings: a predicate and its description for errors."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real

_LARGEST_INTEGER, _LARGEST_NUMBER, _LONGEST = 2**31 - 1, 1e30, 512


@dataclass(frozen=True)
class Rule:
    """A rule for a value.

    Attributes:
        words: description of a valid value, which continues "must be".
        holds: predicate, true for a valid value.
    """

    words: str
    holds: Callable


def whole(least, most=_LARGEST_INTEGER):
    """Return the rule of an integer within inclusive bounds."""

    def holds(value):
        return _is(value, Integral) and least <= value <= most

    return Rule(f"an integer from {least} to {most}", holds)


def number(least=-_LARGEST_NUMBER, most=_LARGEST_NUMBER):
    """Return the rule of a finite number within inclusive bounds."""

    def holds(value):
        return _is(value, Real) and math.isfinite(value) and least <= value <= most

    if (least, most) == (-_LARGEST_NUMBER, _LARGEST_NUMBER):
        return Rule("a finite number", holds)
    return Rule(f"a number from {least:g} to {most:g}", holds)


def positive(most=_LARGEST_NUMBER):
    """Return the rule of a finite number above 0 and at most `most`."""
    bounded = number(0, most).holds
    words = f"a number above 0 and at most {most:g}"
    return Rule(words, lambda value: bounded(value) and value > 0)


def share():
    """Return the rule of a number in [0, 1)."""
    bounded = number(0, 1).holds
    return Rule("a number from 0 to below 1", lambda value: bounded(value) and value < 1)


def flag():
    """Return the rule of a boolean."""
    return Rule("true or false", lambda value: isinstance(value, bool))


def word():
    """Return the rule of a string; the code that uses it checks which strings are valid."""
    return Rule("a text", lambda value: isinstance(value, str) and 0 < len(value) <= _LONGEST)


def either(*choices):
    """Return the rule of a value that satisfies one of several rules or equals a constant.

    Args:
        choices: `Rule`s, and constants that are strings or None.
    """
    rules = [one for one in choices if isinstance(one, Rule)]
    values = [one for one in choices if not isinstance(one, Rule)]
    named = ["null" if one is None else f'"{one}"' for one in values]

    def holds(value):
        plain = any(type(value) is type(one) and value == one for one in values)
        return plain or any(rule.holds(value) for rule in rules)

    return Rule(" or ".join([rule.words for rule in rules] + named), holds)


def row(rule, least=1, most=_LONGEST):
    """Return the rule of a list of `least` to `most` values that each satisfy a rule."""

    def holds(values):
        return _is_list(values, least, most) and all(map(rule.holds, values))

    length = f"{least}" if least == most else f"{least} to {most}"
    return Rule(f"a list, of {length} values, each {rule.words}", holds)


def by_level(rule):
    """Return the rule of a value, or of a list with one value for each level."""
    several = row(rule)
    words = f"{rule.words}, or a list of one for each level"
    return Rule(words, lambda value: rule.holds(value) or several.holds(value))


def group(rules):
    """Return the rule of a dict of settings, each with its own rule."""
    words = "; ".join(f"{name}: {rule.words}" for name, rule in rules.items())

    def holds(values):
        known = isinstance(values, dict) and values and values.keys() <= rules.keys()
        return known and all(rules[name].holds(value) for name, value in values.items())

    return Rule(f"an object of {words}", holds)


def _is(value, kind):
    return isinstance(value, kind) and not isinstance(value, bool)


def _is_list(values, least, most):
    return isinstance(values, list | tuple) and least <= len(values) <= most
