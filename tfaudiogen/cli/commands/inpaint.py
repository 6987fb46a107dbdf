"""`tfaudiogen inpaint`: regenerates the interval between two times of a sound."""

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
@click.option("--start", required=True, type=click.FloatRange(min=0), help="In seconds.")
@click.option("--end", required=True, type=click.FloatRange(min=0), help="In seconds.")
@click.option(
    "--candidates",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    help="Number of samples of the gap, of which one that fits what follows is kept.",
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The .wav file to write."
)
@seed_option
@temperature_option
@code_options
@bit_depth_option
def inpaint(model, sound, out, bit_depth, **options):
    """Write IN with what lies between two of its times drawn anew by MODEL.

    \b
    Example:
      tfaudiogen inpaint run song.wav --start 3 --end 4.5 --out changed.wav
    """
    from tfaudiogen.cli.common.outputs import write_continued

    write_continued("inpaint", model, sound, out, bit_depth, options)
