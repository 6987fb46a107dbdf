"""Variants of commands for image models."""

import csv
import io
from pathlib import Path, PurePosixPath

import click

from tfaudiogen.cli.common.progress import progress
from tfaudiogen.cli.common.streams import say

_AT_ONCE = 32
SHEET, TABLE = "sheet.png", "reconstruction.csv"
FIGURES = ("mse", "psnr", "ssim")


def is_of_pictures(model):
    """Return whether a model is an image model."""
    return model.representation.kind == "pictures"


def check_sounds(model, verb):
    """Reject an image model for a command that needs an audio model.

    Raises:
        click.BadParameter: if it is an image model.
    """
    if is_of_pictures(model):
        raise click.BadParameter(
            f"is a model of pictures, and {verb} is for models of sounds.", param_hint="'MODEL'"
        )


def write_pictures(images, names, folder):
    """Write `<name>.png` for each image [B, H, W, C] and a contact sheet; return the paths."""
    from tfaudiogen.io import image_files

    paths = [Path(folder, f"{name}.png") for name in names]
    for image, path in zip(images, paths, strict=True):
        image_files.write_picture(path, image)
    image_files.write_sheet(Path(folder, SHEET), images)
    return paths


def reconstruct(model, inputs, out):
    """Write reconstructions of images and print their errors.

    Args:
        model: an image model.
        inputs: files and folders; unreadable images in a folder are reported and skipped.
        out: a .png file for one image, or a folder, which gets `reconstruction.csv` as well.
    """
    pairs = _pairs(inputs, out)
    rows = []
    with progress(range(0, len(pairs), _AT_ONCE), "reconstructing") as starts:
        for start in starts:
            rows += _reconstructed(model, pairs[start : start + _AT_ONCE], inputs)
    if not rows:
        raise click.BadParameter("hold no picture that can be read.", param_hint="'IN...'")
    if out.suffix.lower() != ".png":
        _write_table(out / TABLE, rows)
    means = {name: sum(row[name] for row in rows) / len(rows) for name in FIGURES}
    for name, mean in means.items():
        say(f"{name:48} {mean:.5g}")
    say(f"Wrote {len(rows)} pictures to {out}; the figures are means over them.")


def _reconstructed(model, pairs, inputs):
    """Reconstruct a batch of files; return a row of metrics for each."""
    import numpy as np

    from tfaudiogen import metrics
    from tfaudiogen.io import image_files

    found = [(pair, _read(pair[1], model.representation.image_shape, inputs)) for pair in pairs]
    found = [(pair, picture) for pair, picture in found if picture is not None]
    if not found:
        return []
    originals = np.stack([picture for _, picture in found])
    targets = [target for (_, _, target), _ in found]
    rebuilt = [
        image_files.write_picture(target, image)
        for target, image in zip(targets, model.reconstruct(originals), strict=True)
    ]
    figures = (metrics.mean_squared_error, metrics.psnr, metrics.ssim)
    columns = [figure(originals, np.stack(rebuilt)) for figure in figures]
    names = [name for (name, _, _), _ in found]
    return [
        {"file": name, **dict(zip(FIGURES, map(float, values), strict=True))}
        for name, *values in zip(names, *columns, strict=True)
    ]


def _read(path, image_shape, inputs):
    """Return an image; for an unreadable file in a folder, print a message and return None."""
    from tfaudiogen.io import image_files

    try:
        return image_files.read(path, image_shape)
    except ValueError as error:
        if path in inputs:  # named on the command line
            raise
        say(f"Left out: {error}", err=True)
        return None


def _pairs(inputs, out):
    """Return (name, file, PNG file to write) for all input images.

    Raises:
        click.BadParameter: if there are none, outputs would have the same name, or an input would
            be overwritten.
    """
    from tfaudiogen.data.sources.files import find_files
    from tfaudiogen.io import audio_files

    named = []
    for path in inputs:
        inside = find_files([path]).pictures if path.is_dir() else None
        named += [(path.name, path)] if inside is None else [(f.name, f.path) for f in inside]
    if not named:
        raise click.BadParameter("hold no picture (png, jpeg ...).", param_hint="'IN...'")
    if out.suffix.lower() == ".png":
        if len(named) > 1:
            raise click.BadParameter("give a folder for several files.", param_hint="'--out'")
        targets = [out]
    else:
        stems = [str(PurePosixPath(name).with_suffix("")) for name, _ in named]
        targets = [audio_files.output_path(out, stem, ".png") for stem in stems]
    if len(set(targets)) < len(targets):
        raise click.BadParameter(
            "two pictures have the same name without suffix; reconstruct them one by one.",
            param_hint="'IN...'",
        )
    if {path.resolve() for _, path in named} & {target.resolve() for target in targets}:
        raise click.BadParameter("would overwrite an input; choose another.", param_hint="'--out'")
    return [(*one, target) for one, target in zip(named, targets, strict=True)]


def _write_table(path, rows):
    from tfaudiogen.io import audio_files

    text = io.StringIO()
    table = csv.DictWriter(text, ["file", *FIGURES], lineterminator="\n")
    table.writeheader()
    table.writerows({**row, **{name: f"{row[name]:.8g}" for name in FIGURES}} for row in rows)
    audio_files.write_text(path, text.getvalue())
