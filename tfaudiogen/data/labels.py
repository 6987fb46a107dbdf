"""Labels from a CSV file, or from the names of the files."""

import csv
import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tfaudiogen.data.report import Skipped

COLUMNS = ("file", "label")


def apply_labels(labels_csv, files):
    """Return the files that `labels_csv` labels or describes, and what has to be skipped.

    The column `file` holds a path relative to the source folder, or a bare file name (with or
    without its extension) where only one file has it. A third column, `caption`, may hold texts; a
    file with a caption and no label keeps the label that it has.

    Raises:
        ValueError: the file is missing, lacks a column or names a file twice with other labels.
    """
    labels = _read(Path(labels_csv))
    keys = Counter(key for file in files for key in names_of(file.name))
    labelled, skipped, used = [], [], set()
    for file in files:
        key = next((key for key in names_of(file.name) if key in labels and keys[key] == 1), None)
        if key is None:
            skipped.append(Skipped(file.name, f"has no label in {Path(labels_csv).name}"))
        else:
            used.add(key)
            told = {name: value for name, value in labels[key].items() if value}
            labelled.append(replace(file, **told))
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


def names_of(name):
    """Return what may stand for a file in a table: its path, its name, its name's stem."""
    path = PurePosixPath(name)
    return dict.fromkeys([name, path.name, path.stem])


def _read(path):
    """Return {file: {"label": text, "caption": text}} of the rows that have one of them."""
    labels = {}
    for row in read_table(path, "labels_csv", COLUMNS):
        name = row["file"].replace("\\", "/")
        told = {"label": row["label"], "caption": row.get("caption", "")}
        if any(told.values()):
            known = labels.setdefault(name, told)
            _check_same(path, name, known, told)
    return labels


def _check_same(path, name, known, told):
    for what, value in told.items():
        if known[what] != value:
            raise ValueError(f"labels_csv {path.name} gives {name!r} two {what}s: keep one")


def read_table(path, argument, columns):
    """Return the rows of a CSV file as dicts of stripped text, empty where nothing stands.

    Args:
        path: of the file.
        argument: name of the argument that it was given as, for messages.
        columns: that it must have.

    Raises:
        ValueError: the file is missing, no UTF-8 text or lacks a column.
    """
    if not path.is_file():
        raise ValueError(f"{argument} {str(path)!r} does not exist")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{argument} {path.name} is not UTF-8 text: save it as UTF-8") from error
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if not set(columns) <= set(rows.fieldnames or ()):
        raise ValueError(
            f"{argument} {path.name} must have the columns {' and '.join(columns)} in its first "
            f"line, parted by a comma; received {rows.fieldnames}"
        )
    return [{column: (row[column] or "").strip() for column in rows.fieldnames} for row in rows]
