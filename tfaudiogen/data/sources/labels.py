"""Labels from a CSV file or from file names."""

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sources.file_names import FileNames
from tfaudiogen.data.sources.tables import Said, read_table
from tfaudiogen.validation.text import collapsed

COLUMNS = ("file", "label")


def apply_labels(labels_csv, files):
    """Return the files with labels and captions from a table, and the list of `Skipped`.

    The column `file` holds paths or names; see `FileNames`. An optional third column is `caption`.
    A file with a caption but no label keeps its label. Files that are not in the table are skipped.

    Raises:
        ValueError: the table cannot be read (see `read_table`), or gives a file two labels or
            captions.
    """
    path = Path(labels_csv)
    names, said, unknown = FileNames(files), Said(f"labels_csv {path.name}"), set()
    for row in read_table(path, "labels_csv", COLUMNS):
        file = names.file(row["file"])
        if file:
            said.keep(file, row)
        elif row["label"] or row.get("caption"):
            unknown.add(row["file"] or "(empty)")
    reason = f"is listed in {path.name} but names no file, or more than one"
    skipped = [Skipped(f.name, f"has no label in {path.name}") for f in files if f not in said]
    skipped += [Skipped(name, reason) for name in sorted(unknown)]
    return [said.of(file) for file in files if file in said], skipped


def labels_from_names(pattern, files):
    """Return the files with labels from a regular expression searched in their names.

    The expression is searched in the file name without extension. The label is its groups, joined
    by spaces: `([^_]+)_([A-G]s?\\d)_` gives "oboe A4" for oboe_A4_15_forte_normal.mp3. A file
    without a match keeps the label of its sub-folder.

    Raises:
        ValueError: the pattern is no valid regular expression, has no group or matches no file.
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
    label = collapsed(" ".join(filter(None, match.groups()))) if match else ""
    return replace(file, label=label or file.label)
