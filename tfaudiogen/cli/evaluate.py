"""`tfaudiogen evaluate`: the figures of a model on a split of a data set."""

import json
from pathlib import Path

import click

from tfaudiogen.cli.command import Command
from tfaudiogen.cli.options import MODEL_HELP


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
def evaluate(model, data, split, out):
    """Measure likelihood and reconstruction of MODEL, by the protocol of docs/evaluation.md.

    \b
    Examples:
      tfaudiogen evaluate speech_vae --data data
      tfaudiogen evaluate run --data data --split validation --out validation.json
    """
    import tfaudiogen
    from tfaudiogen import files
    from tfaudiogen.cli import tables

    report = tfaudiogen.evaluate(tfaudiogen.load(model), data, split)
    files.write_text(out, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    tables.show(report)
    click.echo(f"Wrote {out}.")
