"""`tfaudiogen evaluate`: computes metrics of a model on a split of a data set."""

import json
from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import MODEL_HELP, seed_option
from tfaudiogen.cli.common.streams import say


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder written by `tfaudiogen prepare`.",
)
@click.option(
    "--split",
    type=click.Choice(["train", "validation", "test"]),
    default="test",
    show_default=True,
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default="report.json",
    show_default=True,
)
@click.option(
    "--samples",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="k of the importance-weighted bound, which takes most of the time.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), help="Windows or pictures, drawn at random; else all."
)
@seed_option
def evaluate(model, data, split, out, samples, limit, seed):
    """Measure likelihood and reconstruction of MODEL, by the protocol of docs/evaluation.md.

    Of a model that embeds sounds and pictures: how well one finds the other. Of one that tags
    pictures: how often it is right, and beside the report a picture of what it takes for what.

    \b
    Examples:
      tfaudiogen evaluate speech_vae --data data
      tfaudiogen evaluate run --data data --split validation --out validation.json
      tfaudiogen evaluate run --data data --samples 1 --limit 64
      tfaudiogen evaluate run_of_digits --data mnist_data --samples 1
    """
    import tfaudiogen
    from tfaudiogen.cli.common.loading import load_whole
    from tfaudiogen.cli.common.outputs import hold
    from tfaudiogen.io import audio_files
    from tfaudiogen.service import tables

    hold(out)
    loaded = load_whole(model)
    report = tfaudiogen.evaluate(loaded, data, split, samples=samples, limit=limit, seed=seed)
    audio_files.write_text(out, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    tables.show(report)
    if "confusion" in report:
        _draw_confusion(out.with_suffix(".png"), report["confusion"])
    say(f"Wrote {out}.")


def _draw_confusion(path, confusion):
    from tfaudiogen.plots.confusion import plot_confusion

    plot_confusion(path, confusion["counts"], confusion["labels"])
    say(f"Wrote {path}.")
