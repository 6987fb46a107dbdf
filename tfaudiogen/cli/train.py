"""`tfaudiogen train`: a preset on a prepared data set, into a run folder."""

from pathlib import Path

import click

from tfaudiogen.cli.command import Command
from tfaudiogen.cli.options import seed_option, settings


@click.command(cls=Command)
@click.argument("preset")
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder written by `tfaudiogen prepare`.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Run folder: model, metrics, history, logs, checkpoints.",
)
@click.option("--epochs", type=click.IntRange(min=1))
@click.option("--steps", type=click.IntRange(min=1), help="Stop after so many batches.")
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), help="Stop after so long.")
@click.option("--batch-size", type=click.IntRange(min=1))
@click.option("--set", "pairs", metavar="KEY=VALUE", multiple=True, help="Change the preset.")
@seed_option
@click.option("--resume", is_flag=True, help="Continue the run in --out where it stopped.")
@click.option("--from", "initial", metavar="MODEL", help="Start from the weights of this model.")
def train(preset, data, out, epochs, steps, minutes, batch_size, pairs, seed, resume, initial):
    """Train PRESET on a prepared data set; Ctrl-C saves, and --resume continues.

    \b
    Examples:
      tfaudiogen train sinewave_vae --data data --out run
      tfaudiogen train music_vae --data data --out run --minutes 45 --batch-size 4
      tfaudiogen train speech_vae --data data --out mine --from speech_vae --steps 1000
    """
    import tfaudiogen
    from tfaudiogen import presets

    tfaudiogen.train(
        presets.get(preset, **settings(pairs)),
        data,
        out,
        epochs=epochs,
        steps=steps,
        minutes=minutes,
        batch_size=batch_size,
        seed=seed,
        resume=resume,
        initial=initial,
        progress=True,
    )
    click.echo(f"The model is in {out}. Hear it: tfaudiogen sample {out}")
