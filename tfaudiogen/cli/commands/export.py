"""`tfaudiogen export`: exports a model as a SavedModel on waveforms and images."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import MODEL_HELP
from tfaudiogen.cli.common.streams import say


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write; for TensorFlow Serving its name is the version, a number.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Length of sounds that `sample` or `compose` draws; one window if not given.",
)
@click.option(
    "--most-rows",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    help="Requests with more rows are refused.",
)
@click.option(
    "--most-seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Longer sounds are refused; of no meaning for pictures.",
)
def export(model, out, seconds, most_rows, most_seconds):
    """Write MODEL as a SavedModel: sample, reconstruct, encode, decode, log_prob, interpolate.

    A model with codes has no interpolate; one without a prior has no sample and no log_prob. A
    translator has paint or compose, an embedder has embed_sound and embed_picture.

    \b
    Examples:
      tfaudiogen export speech_vae --out served/speech_vae/1
      tfaudiogen export run --out served/run/2 --seconds 12 --most-rows 8
    """
    import tfaudiogen
    from tfaudiogen.cli.common.loading import load_whole
    from tfaudiogen.serving.signatures import Limits

    loaded = load_whole(model)
    say(f"Exporting {model} ...", err=True)
    tfaudiogen.export(loaded, out, seconds, Limits(most_rows, most_seconds))
    say(f"Wrote {out}; its signatures are described in {out / 'assets.extra' / 'card.md'}.")
