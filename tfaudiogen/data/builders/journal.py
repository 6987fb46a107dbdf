"""A journal of the source files already read, so that an interrupted run continues."""

import json
import threading
import uuid
from pathlib import Path
from typing import NamedTuple

from tfaudiogen.validation import strict_json
from tfaudiogen.validation.schema import expect, expect_integer, expect_keys


class Entry(NamedTuple):
    """The result of reading one source file.

    Attributes:
        file: file with its raw content (int16 audio or uint8 image levels), among others.
        offset: byte at which it begins.
        outcome: plain values that describe the result.
    """

    file: Path
    offset: int
    outcome: dict


class Sounds:
    """A folder of raw contents that many threads, processes and machines may write to.

    Each thread has two files: one with the concatenated contents, and a journal with a line for
    each complete one. This needs few files and no locks, and an interruption loses only the
    contents being written.
    """

    def __init__(self, folder):
        self.folder, self._own = Path(folder), threading.local()

    def __reduce__(self):
        return Sounds, (self.folder,)

    def add(self, key, read):
        """Add the content of one source file.

        Args:
            key: text that identifies the source file.
            read: function that writes the content to a binary file and returns its outcome.
        """
        sounds, journal = self._files()
        offset = sounds.tell()
        outcome = read(sounds)
        sounds.flush()
        line = {"key": key, "offset": offset, "end": sounds.tell(), "outcome": outcome}
        journal.write(json.dumps(line) + "\n")
        journal.flush()

    def entries(self):
        """Return {key: Entry} of all complete contents; final outcomes replace undecided ones."""
        found = {}
        for journal in sorted(self.folder.glob("*.jsonl")):
            sounds = journal.with_suffix(".int16")
            size = sounds.stat().st_size if sounds.is_file() else 0
            for line in filter(None, map(_parsed, journal.read_text("utf-8").splitlines())):
                known = found.get(line["key"])
                better = known is None or known.outcome.get("undecided")
                if line["end"] <= size and better:
                    found[line["key"]] = Entry(sounds, line["offset"], line["outcome"])
        return found

    def _files(self):
        if not hasattr(self._own, "files"):
            name = uuid.uuid4().hex
            sounds = (self.folder / f"{name}.int16").open("ab")
            self._own.files = sounds, (self.folder / f"{name}.jsonl").open("a", encoding="utf-8")
        return self._own.files


def _parsed(line):
    """Return the parsed line of a journal; None if it is incomplete or damaged."""
    try:
        values = strict_json.parse(line)
        expect_keys(values, "a line", ("key", "offset", "end", "outcome"))
        expect(isinstance(values["key"], str), "key", values["key"])
        expect(isinstance(values["outcome"], dict), "outcome", values["outcome"])
        end = expect_integer(values["end"], "end", 0, 2**62)
        expect_integer(values["offset"], "offset", 0, end)
        return values
    except ValueError:
        return None
