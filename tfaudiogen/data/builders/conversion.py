"""Reading many files of sound into one folder."""

import dataclasses
import functools
import math
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen.data.builders.journal import Sounds
from tfaudiogen.data.builders.report import Skipped
from tfaudiogen.data.reading.audio import Reading, read_into
from tfaudiogen.data.reading.read_once import read_once

# Name of the folder of what was read, while a data set is made.
READ_FOLDER = "read"


@dataclass(frozen=True)
class Recording:
    """A usable file: its sound has been read into the file `sound`, raw int16 from `offset` on."""

    name: str
    label: str
    sound: Path
    offset: int
    reading: Reading
    picture: Path | None = None

    def windows(self, samples):
        """Return the number of windows of `samples`, the last of which may be padded."""
        return math.ceil(self.reading.samples / samples)


def convert(files, folder, sample_rate, channel, workers, progress=True):
    """Read `files` into `folder`; return the `Recording`s and the `Skipped`, in order.

    Files that were read into this folder before, and have not changed since, are not read again.

    Raises:
        ReadError: files could not be read, at several tries.
    """
    settings = (sample_rate, channel)
    read = functools.partial(_read, settings=(*settings, Path(folder)))
    entries = read_once(files, read, settings, Sounds(folder), workers, progress and bool(files))
    recordings, skipped = [], []
    for file, (sound, offset, outcome) in zip(files, entries, strict=True):
        if "reason" in outcome:
            skipped.append(Skipped(file.name, outcome["reason"]))
        else:
            reading = Reading(**outcome)
            recordings.append(Recording(file.name, file.label, sound, offset, reading))
    return recordings, skipped


def _read(source, out, settings):
    return dataclasses.asdict(read_into(source, out, *settings))
