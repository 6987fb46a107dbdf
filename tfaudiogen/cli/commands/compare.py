"""`tfaudiogen compare`: plots two sounds side by side and prints metrics."""

import warnings
from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import section_options
from tfaudiogen.cli.common.streams import say


@click.command(cls=Command)
@click.argument("a", type=click.Path(path_type=Path))
@click.argument("b", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default="comparison.png",
    show_default=True,
)
@section_options
def compare(a, b, out, start, seconds, sample_rate):
    """Draw A and B beside each other and print how far B is from A.

    B is converted to the sample rate of A, and the longer one is cut.

    \b
    Examples:
      tfaudiogen compare words.wav words_again.wav
      tfaudiogen compare a.flac b.mp3 --seconds 5 --out a_and_b.png
    """
    from tfaudiogen.cli.common.sections import read_section
    from tfaudiogen.plots import plot_comparison
    from tfaudiogen.plots.comparison import figure_lines

    first, rate = read_section(a, start, seconds, sample_rate)
    second, _ = read_section(b, start, seconds, rate)
    length = min(len(first), len(second))
    if len(first) != len(second):
        warnings.warn(f"compared are the first {length / rate:.2f} s.", stacklevel=1)
    found = plot_comparison(out, first[:length], second[:length], rate, (a.name, b.name))
    say(*figure_lines(found))
    say(f"Wrote {out}.")
