"""`tfaudiogen extend`: continues a given sound."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import (
    MODEL_HELP,
    bit_depth_option,
    code_options,
    seed_option,
    temperature_option,
)


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
@click.argument("sound", metavar="IN", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--seconds",
    required=True,
    type=click.FloatRange(min=0, min_open=True),
    help="Length of the whole, IN included.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The .wav file to write."
)
@seed_option
@temperature_option
@code_options
@bit_depth_option
def extend(model, sound, seconds, out, seed, bit_depth, **options):
    """Write IN with what MODEL, one with priors over codes, draws to follow it.

    \b
    Examples:
      tfaudiogen extend run song.wav --seconds 20 --out longer.wav
      tfaudiogen extend run song.wav --seconds 20 --top-p 0.9 --seed 3 --out longer.wav
    """
    from tfaudiogen.cli.common.outputs import write_continued

    options = {"seconds": seconds, "seed": seed, **options}
    write_continued("extend", model, sound, out, bit_depth, options)
