"""Pairs of sounds and pictures that a CSV file lists."""

import dataclasses
from collections import Counter
from pathlib import Path

from tfaudiogen.data.labels import names_of, read_table
from tfaudiogen.data.pair_matching import Pairs
from tfaudiogen.data.report import Skipped

COLUMNS = ("audio", "image")


def match_table(pairs_csv, sounds, pictures):
    """Return the `Pairs` that `pairs_csv` lists.

    Each row has a sound in the column `audio` and a picture in `image`: paths relative to the
    source folder, or bare file names, with or without extension, where only one file has them.
    `label` and `caption` are optional. A sound may stand in several rows, with other pictures, and
    a picture too.

    Args:
        pairs_csv: the file.
        sounds, pictures: lists of `SourceFile`s.

    Raises:
        ValueError: the file is missing, lacks a column or gives a sound two labels or captions.
    """
    path = Path(pairs_csv)
    pairs, known = Pairs(), (_Names(sounds), _Names(pictures))
    labels, captions, listed, unknown = {}, {}, set(), {}
    for row in read_table(path, "pairs_csv", COLUMNS):
        found = [names.file(row[column]) for names, column in zip(known, COLUMNS, strict=True)]
        listed.update(file.name for file in found if file)
        if None in found:
            unknown |= {row[c]: c for c, file in zip(COLUMNS, found, strict=True) if not file}
            continue
        sound, picture = found
        if picture not in pairs.pictures.get(sound.name, []):
            pairs.add(sound, picture)
        _keep(labels, sound.name, row.get("label"), path)
        _keep(captions, sound.name, row.get("caption"), path)
    pairs.sounds = [
        dataclasses.replace(
            sound,
            label=labels.get(sound.name, sound.label),
            caption=captions.get(sound.name, sound.caption),
        )
        for sound in sounds
        if sound.name in pairs.pictures
    ]
    pairs.skipped = _skipped(pairs, [*sounds, *pictures], listed, unknown, path)
    return pairs


class _Names:
    """Finds a file by what a table calls it, in any case."""

    def __init__(self, files):
        self._files = {}
        for spelt in (str.casefold, str):  # the exact spelling last, so that it decides
            counts = Counter(spelt(name) for file in files for name in names_of(file.name))
            for file in files:
                for name in map(spelt, names_of(file.name)):
                    if counts[name] == 1:
                        self._files[name] = file

    def file(self, name):
        """Return the `SourceFile`, or None."""
        name = name.replace("\\", "/").removeprefix("./")
        return self._files.get(name) or self._files.get(name.casefold())


def _keep(values, name, value, path):
    if value and values.setdefault(name, value) != value:
        raise ValueError(
            f"pairs_csv {path.name} gives {name!r} both {values[name]!r} and {value!r}: keep one"
        )


def _skipped(pairs, files, listed, unknown, path):
    """Return the `Skipped` of rows that name no file, and of files that are in no pair.

    Args:
        pairs: the `Pairs` that were found.
        files: all sounds and pictures.
        listed: names of the files that some row names.
        unknown: {text of a row: its column}, of what names no file.
        path: of the table.
    """
    missing = [
        Skipped(
            name or "(empty)", f"is listed as {column} in {path.name} but is no file, or several"
        )
        for name, column in unknown.items()
    ]
    paired = {picture.name for several in pairs.pictures.values() for picture in several}
    paired |= pairs.pictures.keys()
    reasons = {True: f"its partner in {path.name} is not there", False: f"not in {path.name}"}
    alone = [file for file in files if file.name not in paired]
    return missing + [Skipped(file.name, reasons[file.name in listed]) for file in alone]
