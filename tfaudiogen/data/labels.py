"""Labels from a CSV file, or from the names of the files."""

import csv
import re
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


def labels_from_names(pattern, files):
    """Return the files, labelled by what the groups of a regular expression find in their names.

    The expression is searched for in the name without its extension; what its groups find is
    joined by spaces: `([^_]+)_([A-G]s?\\d)_` makes "oboe A4" of oboe_A4_15_forte_normal.mp3. Where
    nothing is found, the label stays that of the sub-folder.

    Raises:
        ValueError: the pattern is not an expression, has no group or fits no file.
    """
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise ValueError(
            f"label_pattern must be a regular expression ({error}); received {pattern!r}"
        ) from error
    if not expression.groups:
        raise ValueError(
            f"label_pattern must have a group, in parentheses, for each part of the label; "
            f"received {pattern!r}"
        )
    found = [expression.search(PurePosixPath(file.name).stem) for file in files]
    if not any(found):
        raise ValueError(
            f"label_pattern {pattern!r} fits none of the names, the first of which is "
            f"{files[0].name!r}"
        )
    return [_relabelled(file, match) for file, match in zip(files, found, strict=True)]


def _relabelled(file, match):
    label = " ".join(filter(None, match.groups())) if match else ""
    return replace(file, label=label or file.label)


def _keys(name):
    path = PurePosixPath(name)
    return dict.fromkeys([name, path.name, path.stem])


def _read(path):
    """Return {file: label} of the rows that have both."""
    if not path.is_file():
        raise ValueError(f"labels_csv {str(path)!r} does not exist")
    rows = csv.DictReader(_text(path).splitlines())
    if not set(COLUMNS) <= set(rows.fieldnames or ()):
        raise ValueError(
            f"labels_csv {path.name} must have the columns file and label in its first line, "
            f"parted by a comma; received {rows.fieldnames}"
        )
    labels = {}
    for row in rows:
        name, label = ((row[column] or "").strip() for column in COLUMNS)
        name = name.replace("\\", "/")
        if label and labels.setdefault(name, label) != label:
            raise ValueError(f"labels_csv {path.name} gives {name!r} two labels: keep one")
    return labels


def _text(path):
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"labels_csv {path.name} is not UTF-8 text: save it as UTF-8") from error
