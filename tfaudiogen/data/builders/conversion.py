"""Converts many audio files to raw int16 in one folder."""

import dataclasses
import functools
import math
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen.data.builders.journal import Sounds
from tfaudiogen.data.builders.read_once import read_once
from tfaudiogen.data.reading.audio import Reading, read_into
from tfaudiogen.data.report import Skipped

# Name of the folder for converted files while a data set is built.
READ_FOLDER = "read"


@dataclass(frozen=True)
class Recording:
    """A usable audio file, converted to raw int16 in the file `sound` from byte `offset` on."""

    name: str
    label: str
    sound: Path
    offset: int
    reading: Reading
    picture: Path | None = None

    def windows(self, samples):
        """Return the number of windows of `samples` samples, including a padded last one."""
        return math.ceil(self.reading.samples / samples)


def convert(files, folder, sample_rate, channel, workers, progress=True):
    """Convert `files` into `folder`; return the `Recording`s and the `Skipped`, in order.

    Unchanged files that an earlier run converted into this folder are not read again.

    Raises:
        ReadError: files could not be read after several attempts.
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
