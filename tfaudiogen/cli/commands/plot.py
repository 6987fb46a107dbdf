"""`tfaudiogen plot`: plots waveform and features of a sound."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import section_options
from tfaudiogen.cli.common.streams import say

_PANELS = ("waveform", "log", "mel", "mfcc", "chroma")


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="FILE.png if left out."
)
@click.option(
    "--show",
    type=click.Choice(_PANELS),
    multiple=True,
    help="A panel; give it several times. All if left out.",
)
@section_options
def plot(file, out, show, start, seconds, sample_rate):
    """Draw FILE: waveform, log and mel spectrogram, MFCC and chroma, in seconds and hertz.

    \b
    Examples:
      tfaudiogen plot drum.wav
      tfaudiogen plot song.mp3 --start 30 --seconds 10 --show log --show chroma --out song.png
    """
    from tfaudiogen.cli.common.sections import read_section
    from tfaudiogen.io import audio_files
    from tfaudiogen.plots import plot_sound

    out = out or audio_files.output_path(file.parent, file.stem, ".png")
    if out.resolve() == file.resolve():
        raise click.BadParameter("would overwrite FILE; choose another.", param_hint="'--out'")
    waveform, rate = read_section(file, start, seconds, sample_rate)
    plot_sound(out, waveform, rate, file.name, show or _PANELS)
    say(f"Wrote {out}.")
