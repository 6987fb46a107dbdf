"""Collects the files whose addresses a table lists."""

from pathlib import Path

from tfaudiogen.collect.collection import Item, collect
from tfaudiogen.data.sources.tables import read_table
from tfaudiogen.validation.text import collapsed


def items_of_table(path, audio=None, image=None, name=(), licence=None, caption=None, **reading):
    """Return an `Item` for each row of a table.

    Args:
        path: CSV file; see `tfaudiogen.data.sources.tables.read_table`.
        audio, image: columns with addresses, at least one of them.
        name: columns that the files are named after; without any, files are numbered.
        licence, caption: columns to take over into pairs.csv.
        reading: `quote` and `encoding` of `read_table`.

    Raises:
        ValueError: no column of addresses is given, or the table cannot be read.
    """
    if audio is None and image is None:
        raise ValueError(
            "neither audio nor image is given: name the column of the addresses (--audio, --image)"
        )
    columns = {"audio": audio, "image": image, "licence": licence, "caption": caption}
    columns = {key: _column(column) for key, column in columns.items() if column is not None}
    named = [_column(column) for column in name]
    rows = read_table(Path(path), "table", [*columns.values(), *named], **reading)
    return [
        Item(
            name=" - ".join(filter(None, (row[column] for column in named))),
            **{key: row[column] for key, column in columns.items()},
        )
        for row in rows
    ]


def collect_table(path, out, columns, **options):
    """Collect the files of a table; see `items_of_table` and `collect`.

    Args:
        path: CSV file.
        out: folder to write.
        columns: arguments of `items_of_table`, as a dict.
        options: further arguments of `collect`.

    Returns:
        The `CollectReport`.
    """
    return collect(items_of_table(path, **columns), out, **options)


def _column(name):
    return collapsed(name).casefold()
