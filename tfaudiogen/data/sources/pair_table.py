"""Audio-image pairs listed in a CSV file."""

from pathlib import Path

from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sources.file_names import FileNames
from tfaudiogen.data.sources.pair_matching import Pairs
from tfaudiogen.data.sources.tables import Said, read_table

COLUMNS = ("audio", "image")


def match_table(pairs_csv, sounds, pictures):
    """Return the `Pairs` listed in `pairs_csv`.

    The columns `audio` and `image` hold paths or names; see `FileNames`. The columns `label` and
    `caption` are optional. Sounds and images may occur in several rows.

    Args:
        pairs_csv: path of the CSV file.
        sounds, pictures: lists of `SourceFile`s.

    Raises:
        ValueError: the table cannot be read (see `read_table`), or gives a sound two labels or
            captions.
    """
    path = Path(pairs_csv)
    pairs, known = Pairs(), (FileNames(sounds), FileNames(pictures))
    said, listed, unknown = Said(f"pairs_csv {path.name}"), set(), {}
    for row in read_table(path, "pairs_csv", COLUMNS):
        found = [names.file(row[column]) for names, column in zip(known, COLUMNS, strict=True)]
        listed.update(file.name for file in found if file)
        if None in found:
            unknown |= {row[c]: c for c, file in zip(COLUMNS, found, strict=True) if not file}
            continue
        sound, picture = found
        if picture not in pairs.pictures.get(sound.name, []):
            pairs.add(sound, picture)
        said.keep(sound, row)
    pairs.sounds = [said.of(sound) for sound in sounds if sound.name in pairs.pictures]
    pairs.skipped = _skipped(pairs, [*sounds, *pictures], listed, unknown, path)
    return pairs


def _skipped(pairs, files, listed, unknown, path):
    """Return the `Skipped` for table entries that match no file, and for files without a pair.

    Args:
        pairs: the `Pairs` that were found.
        files: all sounds and images.
        listed: names of the files in the table.
        unknown: {table entry: its column} of entries that match no file.
        path: path of the table.
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
