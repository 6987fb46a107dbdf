"""Options and parameter types that several commands share."""

import inspect

import click

MODEL_HELP = (
    "MODEL is the folder of a saved model or training run, a .keras file, or the name of a shipped "
    "model."
)

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
    """An integer of at least 1, or "auto"."""

    name = "number|auto"

    def convert(self, value, param, ctx):
        """Return an int, or "auto"."""
        return value if value == "auto" else click.IntRange(min=1).convert(value, param, ctx)


class PictureShape(click.ParamType):
    """HEIGHTxWIDTH, or HEIGHTxWIDTHxCHANNELS."""

    name = "HxW[xC]"

    def convert(self, value, param, ctx):
        """Return (H, W, C); C is 3 by default."""
        if isinstance(value, tuple):
            return value
        sides = value.lower().split("x")
        if len(sides) not in (2, 3) or not all(side.isdigit() for side in sides):
            self.fail(f"{value!r} is not like 128x128 or 28x28x1.", param, ctx)
        return (*map(int, sides), 3)[:3]


def section_options(command):
    """Add the options for the section of a file to plot, and its sample rate."""
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


temperature_option = click.option(
    "--temperature",
    type=click.FloatRange(min=0),
    help="Below 1: closer to the typical; above 1: further from it. The model's own, usually 1, if "
    "not given.",
)


def code_options(command):
    """Add the options of models with priors over codes."""
    for option in reversed(
        [
            click.option("--label", help="Name of a class; `tfaudiogen info` lists them."),
            click.option(
                "--top-k", type=click.IntRange(min=1), help="Draw among so many likeliest codes."
            ),
            click.option(
                "--top-p",
                type=click.FloatRange(0, 1, min_open=True),
                help="Draw among the likeliest codes that sum to this probability.",
            ),
            click.option(
                "--guidance",
                type=click.FloatRange(min=0),
                help="Above 1: codes fit the label more strongly. The model's own if not given.",
            ),
        ]
    ):
        command = option(command)
    return command


def asked_of(function, **options):
    """Return the options that are not None, after checking that the function accepts them.

    Raises:
        click.BadParameter: for an option that is not an argument of the function.
    """
    known = inspect.signature(function).parameters.values()
    names = {parameter.name for parameter in known}
    anything = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known)
    asked = {name: value for name, value in options.items() if value is not None}
    for name in asked:
        if name not in names and not anything:
            owner = type(function.__self__).__name__
            raise click.BadParameter(
                f"does not apply to this model, a {owner}; leave it out.",
                param_hint=f"'--{name.replace('_', '-')}'",
            )
    return asked


def defaults_of(model, options):
    """Return the model's default temperature and, with a label, guidance."""
    defaults = {"temperature": getattr(model, "temperature", 1.0)}
    if options.get("label") is not None:
        defaults["guidance"] = model.guidance
    return defaults
