"""Labels from a CSV file."""

import csv
from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tfaudiogen.data.report import Skipped

COLUMNS = ("file", "label")


def apply_labels(labels_csv, files):
    """Return the files that `labels_csv` labels, and what has to be skipped.

    The column `file` holds a path relative to the source folder, or a bare file name (with or
    without its extension) where only one file has it.

    Raises:
        ValueError: the file is missing, lacks a column or names a file twice with other labels.
    """
    labels = _read(Path(labels_csv))
    keys = Counter(key for file in files for key in _keys(file.name))
    labelled, skipped, used = [], [], set()
    for file in files:
        key = next((key for key in _keys(file.name) if key in labels and keys[key] == 1), None)
        if key is None:
            skipped.append(Skipped(file.name, f"has no label in {Path(labels_csv).name}"))
        else:
            used.add(key)
            labelled.append(replace(file, label=labels[key]))
    unused = sorted(set(labels) - used)
    reason = f"is listed in {Path(labels_csv).name} but names no file, or more than one"
    return labelled, skipped + [Skipped(key, reason) for key in unused]


def _keys(name):
    path = PurePosixPath(name)
    return dict.fromkeys([name, path.name, path.stem])


def _read(path):
    if not path.is_file():
        raise ValueError(f"labels_csv {str(path)!r} does not exist")
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            raise ValueError(
                f"labels_csv {path.name} must have the columns file and label in its first line; "
                f"received {rows.fieldnames}"
            )
        pairs = [(row["file"].strip().replace("\\", "/"), row["label"].strip()) for row in rows]
    labels = dict(pairs)
    for name, label in pairs:
        if labels[name] != label:
            raise ValueError(f"labels_csv {path.name} gives {name!r} two labels: keep one")
    return labels
