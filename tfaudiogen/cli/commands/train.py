"""`tfaudiogen train`: trains a preset on a prepared data set."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.loading import TRANSLATING
from tfaudiogen.cli.common.options import CountOrAuto, seed_option
from tfaudiogen.cli.common.streams import say
from tfaudiogen.service.settings import settings
from tfaudiogen.validation.text import command_line


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
@click.option(
    "--patience",
    type=click.IntRange(min=0),
    help="Stop after so many epochs without improvement; 0: never. By default as the preset says.",
)
@click.option(
    "--batch-size",
    type=CountOrAuto(),
    help="Windows of a step; auto: the most that fit into the memory.",
)
@click.option(
    "--strategy",
    type=click.Choice(["auto", "single", "mirrored", "multiworker"]),
    default="auto",
    show_default=True,
    help="auto: the machines of TF_CONFIG, else all graphics cards, else one device.",
)
@click.option(
    "--replicas",
    type=click.IntRange(min=1),
    help="Make so many logical processors, to try replicas without graphics cards.",
)
@click.option("--set", "pairs", metavar="KEY=VALUE", multiple=True, help="Change the preset.")
@seed_option
@click.option("--resume", is_flag=True, help="Continue the run in --out where it stopped.")
@click.option("--from", "initial", metavar="MODEL", help="Start from the weights of this model.")
def train(
    preset,
    data,
    out,
    epochs,
    steps,
    minutes,
    patience,
    batch_size,
    strategy,
    replicas,
    pairs,
    seed,
    resume,
    initial,
):
    """Train PRESET on a prepared data set; Ctrl-C saves, and --resume continues.

    A preset with priors over codes is trained in stages. --epochs, --steps and --patience are of
    each; --minutes are of all, and a stage that ends early leaves its time to the next. --resume
    goes on with the stage under way. --set priors=null leaves the priors out.

    \b
    Examples:
      tfaudiogen train sinewave_vae --data data --out run
      tfaudiogen train music_vae --data data --out run --minutes 45 --batch-size 4
      tfaudiogen train speech_vae --data data --out mine --from speech_vae --steps 1000
      tfaudiogen train sinewave_vae --data data --out run --replicas 2
      tfaudiogen train music_vae --data data --out run --batch-size auto
      tfaudiogen train speech_vqvae --data data --out run --minutes 20
      tfaudiogen train digit_embedder --data pairs --out run
      tfaudiogen train digit_painter_flow --data pairs --out mine --from run --set translator.lora=8
      tfaudiogen train caption_composer --data pairs --out run
      tfaudiogen train picture_tagger --data pictures --out run
    """
    import tfaudiogen
    from tfaudiogen import presets

    trained = tfaudiogen.train(
        presets.get(preset, **settings(pairs)),
        data,
        out,
        epochs=epochs,
        steps=steps,
        minutes=minutes,
        patience=patience,
        batch_size=batch_size,
        seed=seed,
        resume=resume,
        initial=initial,
        strategy=strategy,
        replicas=replicas,
        progress=True,
    )
    if trained is not None:  # None on machines other than the chief
        say(f"The model is in {out}. {_next(trained, out)}")


def _next(model, out):
    """Return a sentence with the command to try the trained model."""
    verb, words = _how(model, out)
    return f"{verb} it: {command_line(*words)}"


def _how(model, out):
    """Return a verb ("Try", "Hear" or "See") and the words of the command."""
    if hasattr(model, "embed_images"):
        return "Try", ("match", out, "FILE", "--in", "FOLDER")
    if hasattr(model, "tag"):
        return "Try", ("tag", out, "PICTURE")
    kind = model.representation.kind
    verb = "Hear" if kind == "sounds" else "See"
    if hasattr(model, "source_representation"):
        conditions = {"texts": ("--text", "TEXT"), "labels": ("--labels", "NAME=WEIGHT")}
        inputs = conditions.get(model.source_representation.kind, ("IN",))
        return verb, (TRANSLATING[kind], out, *inputs)
    if hasattr(model, "prior") or hasattr(model, "priors"):
        return verb, ("sample", out)
    return verb, ("reconstruct", out, "IN", "--out", "OUT")
