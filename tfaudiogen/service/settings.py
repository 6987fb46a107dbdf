"""Parses key=value settings of presets."""

import click

from tfaudiogen.validation import strict_json


def settings(pairs):
    """Parses "key=value" strings to a dict; values are parsed as JSON if possible, else kept.

    Raises:
        click.BadParameter: a string has no key or no "=".
    """
    return dict(_setting(pair) for pair in pairs)


def _setting(pair):
    key, equals, text = pair.partition("=")
    if not equals or not key:
        raise click.BadParameter(
            f"{pair!r} is not key=value, for example fit.steps=500.", param_hint="'--set'"
        )
    try:
        return key, strict_json.parse(text)
    except ValueError:  # not JSON, or NaN etc., which the setting's own validation rejects
        return key, text
