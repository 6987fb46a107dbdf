"""Arguments that several commands share, and how their values are read."""

import json

import click

MODEL_HELP = "MODEL is the folder of a saved model or training run, or the name of a shipped model."

bit_depth_option = click.option(
    "--bit-depth",
    type=click.Choice(["16", "24", "32f"]),
    default="16",
    show_default=True,
    help="Bits a sample of the WAV files; 32f is floating point.",
)
seed_option = click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=0,
    show_default=True,
    help="The same seed gives the same result.",
)


class CountOrAuto(click.ParamType):
    """A whole number from 1, or "auto"."""

    name = "number|auto"

    def convert(self, value, param, ctx):
        """Return an int, or "auto"."""
        return value if value == "auto" else click.IntRange(min=1).convert(value, param, ctx)


def section_options(command):
    """Add the options that say which part of a file a picture shows, and at which rate."""
    for option in (
        click.option(
            "--sample-rate",
            type=click.IntRange(1000, 192000),
            help="In hertz; the file's own if left out.",
        ),
        click.option(
            "--seconds",
            type=click.FloatRange(min=0, min_open=True, max=600),
            default=60.0,
            show_default=True,
            help="The most that is shown.",
        ),
        click.option("--start", type=click.FloatRange(min=0), default=0.0, help="In seconds."),
    ):
        command = option(command)
    return command


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
        return key, json.loads(text)
    except json.JSONDecodeError:
        return key, text
