"""`tfaudiogen match`: ranks images by similarity to a sound, or sounds by an image."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.options import MODEL_HELP
from tfaudiogen.cli.common.streams import say


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--in",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where the files to rank are, at any depth.",
)
@click.option(
    "--count", type=click.IntRange(min=1), default=10, show_default=True, help="Files to show."
)
@click.option(
    "--index",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File (.npz) that keeps the embeddings of the folder, for the next time.",
)
@click.option("--same", is_flag=True, help="Rank files of the kind of FILE, not of the other.")
def match(model, file, folder, count, same, index):
    """Rank pictures by how well they go with a sound, or sounds by how well with a picture.

    FILE is a sound of any length, or a picture of any size. The nearest files of the other kind are
    shown with their cosine similarity, from -1 to 1. A model of embeddings from elsewhere takes
    .npy files in place of sounds.

    \b
    Examples:
      tfaudiogen match run seven.wav --in pictures
      tfaudiogen match run cover.png --in songs --count 3
      tfaudiogen match run song.mp3 --in songs --same
      tfaudiogen match run cover.png --in songs --index songs.npz
      tfaudiogen match run cover.png --in vectors
    """
    from tfaudiogen import saving
    from tfaudiogen.cli.common.index import Index
    from tfaudiogen.cli.common.loading import load_embedder
    from tfaudiogen.cli.common.outputs import hold
    from tfaudiogen.data.sources.files import PICTURE_SUFFIXES
    from tfaudiogen.evaluation.retrieval import nearest

    if index:
        hold(index)
    loaded = load_embedder(model)
    other = loaded.representation.kind
    kind = "pictures" if file.suffix.lower() in PICTURE_SUFFIXES else other
    wanted = kind if same else {"pictures": other, other: "pictures"}[kind]
    query = _embedding_of(loaded, kind)(file)
    with Index(index, saving.find(model)) as kept:
        embedding = kept.remembering(_embedding_of(loaded, wanted))
        names, vectors = _embedded(folder, file, wanted, embedding)
    say(f"{'rank':>4}  {'cosine':>7}  file")
    for rank, (position, cosine) in enumerate(nearest(query, vectors)[:count], 1):
        say(f"{rank:4}  {cosine:7.4f}  {names[position]}")


def _embedding_of(model, kind):
    """Return a function from the path of a file to its embedding [E]."""
    from tfaudiogen.cli.common.inputs import reader
    from tfaudiogen.evaluation.retrieval import embed, representation

    read = reader(representation(model, kind))
    return lambda path: embed(model, kind, read(path))


def _embedded(folder, file, kind, embedding):
    """Return names and embeddings [K, E] of the files of a kind in a folder, except `file`.

    Raises:
        click.BadParameter: no file is readable.
    """
    import numpy as np

    from tfaudiogen.cli.common.inputs import files_of
    from tfaudiogen.cli.common.progress import progress
    from tfaudiogen.cli.common.translation import readable

    there = files_of(folder, kind)
    inputs = [(one.name, (one.path, False)) for one in there if not file.samefile(one.path)]
    with progress(inputs, "comparing") as shown:
        known = dict(readable(shown, embedding))
    if not known:
        raise click.BadParameter(
            f"{folder} holds no {kind} that can be read, but for FILE.", param_hint="'--in'"
        )
    return list(known), np.stack(list(known.values()))
