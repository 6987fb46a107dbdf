"""`tfaudiogen paint`: generates images from sounds, texts, labels or embeddings."""

from pathlib import Path

import click

from tfaudiogen.cli.common.command import Command
from tfaudiogen.cli.common.inputs import condition_options
from tfaudiogen.cli.common.options import MODEL_HELP, seed_option
from tfaudiogen.cli.common.streams import say
from tfaudiogen.cli.common.translation import drawing_options


@click.command(cls=Command, epilog=MODEL_HELP)
@click.argument("model")
@click.argument(
    "inputs",
    metavar="[SOUND]...",
    nargs=-1,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--count", type=click.IntRange(min=1), default=4, show_default=True, help="For each SOUND."
)
@seed_option
@condition_options
@drawing_options
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default="painted", show_default=True
)
def paint(model, inputs, count, seed, out, adapter, texts, labels, **options):
    """Draw pictures for sounds of any length, each with a sheet beside the spectrogram.

    SOUND are files or folders; a sound gives NAME_0.png, NAME_1.png ... and NAME.png, the sheet. A
    model that was trained with captions, labels or embeddings takes those.

    \b
    Examples:
      tfaudiogen paint run seven.wav
      tfaudiogen paint run words --count 4 --seed 0 --guidance 3 --out pictures
      tfaudiogen paint flow seven.wav --guidance 3 --guidance-rescale 0.7 --steps 25 --solver heun
      tfaudiogen paint run --text "a red bird, slow" --count 8
      tfaudiogen paint run clap/seven.npy
    """
    from tfaudiogen.cli.common.inputs import source_inputs
    from tfaudiogen.cli.common.loading import load_translator
    from tfaudiogen.cli.common.outputs import hold
    from tfaudiogen.cli.common.progress import progress
    from tfaudiogen.cli.common.translation import (
        adapted_by,
        check_some,
        drawing_of,
        readable,
        relative_names,
    )
    from tfaudiogen.service.records import write_record

    hold(out)
    loaded = load_translator(model, "paint", adapter)
    options = drawing_of(loaded, options)
    (found, read), written = source_inputs(loaded, inputs, texts, labels), []
    _check_names([name for name, _ in found], count, out)
    with progress(found, "painting") as shown:
        for name, source in readable(shown, read):
            drawn = loaded.sample(source, count, seed, **options).numpy()
            written += _write(loaded, source, drawn, out, name)
    check_some(written)
    record = {"model": model, "count": count, "seed": seed, **adapted_by(adapter), **options}
    record |= {"texts": texts} if texts else {}
    record |= {"labels": labels} if labels else {}
    write_record(out / "paint.json", **record, files=relative_names(written, out))
    say(f"Wrote {len(written)} pictures, with sheets, to {out}.")


def _check_names(names, count, out):
    """Reject inputs with colliding output names, such as the sheet of "a_0" and image 0 of "a".

    Raises:
        click.BadParameter: two files have such names.
    """
    paths = [path for name in names for path in _paths(out, name, count)]
    if len(set(paths)) < len(paths):
        twice = next(path for path in paths if paths.count(path) > 1)
        raise click.BadParameter(
            f"two pictures would be called {twice.name}; give the files one by one.",
            param_hint="'SOUND...'",
        )


def _paths(out, name, count):
    """Return the paths of the images and of their contact sheet."""
    from tfaudiogen.io import audio_files

    endings = [*(f"_{number}.png" for number in range(count)), ".png"]
    return [audio_files.output_path(out, name, ending) for ending in endings]


def _write(model, source, pictures, out, name):
    """Write the images for one input and their contact sheet; return the image paths."""
    from tfaudiogen.io import image_files
    from tfaudiogen.plots.translation import plot_painted

    *paths, sheet = _paths(out, name, len(pictures))
    for path, picture in zip(paths, pictures, strict=True):
        image_files.write_picture(path, picture)
    if model.conditioning:
        image_files.write_sheet(sheet, pictures)
        return paths
    image = model.source_representation(source[None])[0]
    plot_painted(sheet, image, model.source_representation, pictures, Path(name).name)
    return paths
