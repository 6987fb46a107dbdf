"""A journal of the source files already read, so that an interrupted run continues."""

import json
import threading
import uuid
from pathlib import Path
from typing import NamedTuple

from tfaudiogen.validation import strict_json
from tfaudiogen.validation.schema import expect, expect_integer, expect_keys


class Entry(NamedTuple):
    """What became of one source file.

    Attributes:
        file: where its sound is, raw int16 among others.
        offset: byte at which it begins.
        outcome: plain values that describe it.
    """

    file: Path
    offset: int
    outcome: dict


class Sounds:
    """A folder of sounds that any number of threads, processes and machines may add to.

    Each thread has two files of its own: one sound after the other, and a journal with a line for
    each that is complete. So few files are made, a stop at any time loses only the sounds under
    way, and nobody waits for anybody.
    """

    def __init__(self, folder):
        self.folder, self._own = Path(folder), threading.local()

    def __reduce__(self):
        return Sounds, (self.folder,)

    def add(self, key, read):
        """Add the sound of one source file.

        Args:
            key: text that identifies it.
            read: function that writes a sound to a binary file and returns its outcome.
        """
        sounds, journal = self._files()
        offset = sounds.tell()
        outcome = read(sounds)
        sounds.flush()
        line = {"key": key, "offset": offset, "end": sounds.tell(), "outcome": outcome}
        journal.write(json.dumps(line) + "\n")
        journal.flush()

    def entries(self):
        """Return {key: Entry} of all that is complete; one that is decided before another."""
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
    """Return the line of a journal; None for one that was being written, or is damaged."""
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
