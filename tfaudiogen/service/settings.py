"""Parses settings of presets as users type them."""

import click

from tfaudiogen.validation import strict_json


def settings(pairs):
    """Return a dict from "key=value" texts; values are JSON where they can be, else text.

    Raises:
        click.BadParameter: if there is no "=".
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
    except ValueError:  # no JSON, or what no setting can be, such as NaN: its rule says so
        return key, text
