"""`tfaudiogen embed`: computes embeddings of sounds with an external model (CLAP)."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.streams import say


@click.command(cls=Command)
@click.argument(
    "inputs",
    metavar="SOUND...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--clap",
    "weights",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the weights of a CLAP model; nothing is downloaded.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default="embedded",
    show_default=True,
    help="Gets NAME.npy for each sound.",
)
def embed(inputs, weights, out):
    """Write the CLAP embedding of sounds of any length as .npy files.

    SOUND are files or folders. A long sound is heard window by window, and its embeddings are
    averaged by how much of the sound each window holds. Needs pip install 'tfaudiogen[clap]'. The
    files are for `prepare --embeddings`, and for `paint`, `compose` and `match`.

    \b
    Examples:
      tfaudiogen embed songs --clap clap-htsat-unfused --out clap
      tfaudiogen prepare songs --embeddings clap --out data --preset embedding_composer
    """
    from tfaudiogen.cli.common.progress import progress
    from tfaudiogen.cli.common.translation import check_some, inputs_of, readable
    from tfaudiogen.integrations.clap import Clap
    from tfaudiogen.io import audio_files

    model = Clap(weights)
    named, written = inputs_of(inputs, "audio"), []
    with progress(named.items(), "embedding") as shown:
        for name, sound in readable(
            shown, lambda path: audio_files.read_audio(path, model.sample_rate, "mix")
        ):
            written.append(audio_files.output_path(out, name, ".npy"))
            _write(written[-1], model.embed(sound))
    check_some(written)
    say(f"Wrote {len(written)} embeddings of {model.size} numbers to {out}.")


def _write(path, vector):
    import numpy as np

    from tfaudiogen.io import audio_files

    with audio_files.atomic_file(path) as temporary, open(temporary, "wb") as file:
        np.save(file, vector, allow_pickle=False)
