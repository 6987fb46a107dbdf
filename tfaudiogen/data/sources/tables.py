"""Reads user-written CSV tables of labels, captions and pairs."""

import codecs
import csv
import dataclasses
import io

from tfaudiogen.disk.errors import Unusable
from tfaudiogen.disk.opening import open_regular
from tfaudiogen.validation.text import collapsed

_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
# The number of columns is limited because every row stores a value for each, even if empty.
_MOST_BYTES, _MOST_COLUMNS = 2**28, 1024
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_table(path, argument, columns, quote='"', encoding=None):
    """Return the rows of a table as dicts of stripped text, with "" for empty fields.

    The first line names the columns, ignoring case. Fields are separated by commas, semicolons or
    tabs. The encoding is UTF-8, or UTF-16 with a byte order mark, as spreadsheets save it.

    Args:
        path: path of the file.
        argument: name of the argument that the path was passed as, for messages.
        columns: required columns, in lower case.
        quote: character around fields that hold separators or line breaks.
        encoding: name of the encoding, such as "latin-1"; None for UTF-8, or UTF-16 with a byte
            order mark.

    Raises:
        ValueError: the file is missing or not text, lacks a column or has one twice, has a row
            longer than the first line, or unbalanced quotation marks.
    """
    what = f"{argument} {path.name}"
    if not path.is_file():
        raise ValueError(f"{argument} {str(path)!r} does not exist")
    text = _text(path, what, encoding)
    separator = _separator(text, columns, quote)
    rows = _rows(text, separator, quote, what)
    _, header = next(rows, (1, []))
    if len(header) > _MOST_COLUMNS:
        raise ValueError(f"{what} has {len(header)} columns, more than {_MOST_COLUMNS}: keep fewer")
    header = [collapsed(name).casefold() for name in header]
    _check_header(header, columns, what)
    return [_row(header, fields, separator, f"{what}, line {line},") for line, fields in rows]


class Said:
    """Labels and captions that a table assigns to files, at most one of each per file.

    Args:
        what: name of the table for messages.
    """

    def __init__(self, what):
        self._what, self._values = what, {}

    def keep(self, file, row):
        """Add the label and caption of a row for a `SourceFile`.

        Raises:
            ValueError: an earlier row has a different label or caption for the file.
        """
        said = {"label": collapsed(row.get("label", "")), "caption": row.get("caption", "")}
        known = self._values.setdefault(file.name, {})
        for column, value in said.items():
            if value and known.setdefault(column, value) != value:
                raise ValueError(
                    f"{self._what} gives {file.name!r} two {column}s, {known[column]!r} and "
                    f"{value!r}: keep one"
                )

    def of(self, file):
        """Return the `SourceFile` with its label and caption from the table."""
        return dataclasses.replace(file, **self._values.get(file.name, {}))

    def __contains__(self, file):
        """Return whether the table has a label or caption for a `SourceFile`."""
        return bool(self._values.get(file.name))


def _text(path, what, encoding):
    """Return the text of a file, with line ends normalised to newlines."""
    try:
        with open_regular(path) as file:
            content = file.read(_MOST_BYTES + 1)
        if len(content) > _MOST_BYTES:
            raise ValueError(f"{what} has more than {_MOST_BYTES} bytes: part it into several")
        found = "utf-16" if content.startswith(_UTF_16) else "utf-8-sig"
        text = content.decode(encoding or found)
    except Unusable as error:
        raise ValueError(f"{what} {error}") from error
    except LookupError as error:
        raise ValueError(
            f"encoding must be one that Python knows; received {encoding!r}"
        ) from error
    except UnicodeDecodeError as error:
        name = encoding or "UTF-8"
        raise ValueError(f"{what} is not {name} text: save it as UTF-8") from error
    if "\0" in text:
        raise ValueError(f"{what} is no text (it holds zero bytes): save it as CSV in UTF-8")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _separator(text, columns, quote):
    """Return the separator with which the first line has the columns, a comma by default."""
    first = next((line for line in text.split("\n") if line.strip()), "").casefold()
    for separator in _SEPARATORS:
        names = {collapsed(name.strip().strip(quote)) for name in first.split(separator)}
        if set(columns) <= names:
            return separator
    return ","


def _rows(text, separator, quote, what):
    """Yield (number of its first line, fields) for each row that is not empty."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=separator, quotechar=quote, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader, None)
        except csv.Error as error:
            raise ValueError(
                f"{what} cannot be read from line {line} on ({error}): put a text that has "
                f"quotation marks or line breaks in quotation marks, and double those within it"
            ) from error
        if fields is None:
            return
        if any(field.strip() for field in fields):
            yield line, fields


def _check_header(header, columns, what):
    if not set(columns) <= set(header):
        raise ValueError(
            f"{what} must have the columns {' and '.join(columns)} in its first line, parted by "
            f"commas, semicolons or tabs; received {', '.join(filter(None, header)) or 'none'}"
        )
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise ValueError(f"{what} has the column {twice[0]} twice: remove or rename one")


def _row(header, fields, separator, where):
    """Return {column: text} of a row, without unnamed columns."""
    if any(field.strip() for field in fields[len(header) :]):
        raise ValueError(
            f"{where} has {len(fields)} fields, and the first line {len(header)}: put a text that "
            f"has a {_SEPARATORS[separator]} in quotation marks"
        )
    fields = fields + [""] * (len(header) - len(fields))
    return {name: field.strip() for name, field in zip(header, fields, strict=False) if name}
