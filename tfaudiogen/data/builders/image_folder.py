"""Reads the images of a folder in parallel, each once."""

import dataclasses
import functools

from tfaudiogen.data.builders.image_records import Picture
from tfaudiogen.data.builders.journal import Sounds
from tfaudiogen.data.builders.read_once import read_once
from tfaudiogen.data.reading.image import Taken, read_picture
from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sources.files import find_files
from tfaudiogen.data.sources.labels import apply_labels, labels_from_names

_NO_LABEL = "picture"
_NAMED = 5


def labelled(sources, labels_csv=None, label_pattern=None):
    """Return the labelled image files, the `Skipped`, and the names of all other files."""
    found, skipped = find_files(sources), []
    files = [
        dataclasses.replace(file, label=_NO_LABEL) if "/" not in file.name else file
        for file in found.pictures
    ]
    if labels_csv is not None:
        files, without = apply_labels(labels_csv, files)
        skipped += without
    elif label_pattern is not None and files:
        files = labels_from_names(label_pattern, files)
    return files, skipped, sorted([*found.ignored, *(file.name for file in found.audio)])


def convert(files, folder, image_shape, workers, progress):
    """Convert `files` into `folder`.

    Unchanged files that an earlier run converted into this folder are not read again.

    Returns:
        The list of `Picture`s, the list of `Skipped`, and {name: Taken}.

    Raises:
        ReadError: files could not be read after several attempts.
    """
    settings = (tuple(image_shape),)
    read = functools.partial(_read, image_shape=tuple(image_shape))
    entries = read_once(files, read, settings, Sounds(folder), workers, progress and bool(files))
    pictures, skipped, taken = [], [], {}
    for file, (levels, offset, outcome) in zip(files, entries, strict=True):
        if "reason" in outcome:
            skipped.append(Skipped(file.name, outcome["reason"]))
        else:
            pictures.append(Picture(file.name, file.label, levels, offset, image_shape))
            taken[file.name] = Taken(**outcome)
    return pictures, skipped, taken


def _read(source, out, image_shape):
    levels, taken = read_picture(source, image_shape)
    out.write(levels.tobytes())
    return dataclasses.asdict(taken)


def notices_of(taken, image_shape):
    """Return notices about changes to the used images, from {name: Taken}."""
    height, width, _ = image_shape
    kinds = {
        f"smaller than {height} x {width}, enlarged": lambda one: (
            one.height < height or one.width < width
        ),
        "with transparent parts, laid on white": lambda one: one.transparent,
        "with several frames, of which the first is taken": lambda one: one.frames > 1,
    }
    found = {what: [name for name in taken if test(taken[name])] for what, test in kinds.items()}
    return [f"{_files(names)} {what}: {_names(names)}" for what, names in found.items() if names]


def _files(names):
    return f"{len(names)} file{'s' if len(names) > 1 else ''}"


def _names(names):
    shown = ", ".join(names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
