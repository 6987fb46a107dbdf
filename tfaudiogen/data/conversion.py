"""Reading many files at a time, each of them once."""

import dataclasses
import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen.data.errors import Unusable
from tfaudiogen.data.reading import Reading, read_into
from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sounds import Sounds

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


@dataclass(frozen=True)
class _Task:
    """One file to read."""

    source: Path
    key: str
    size: int
    sample_rate: int
    channel: str
    sounds: Sounds

    def do(self):
        """Read the file, and keep what became of it."""
        self.sounds.add(self.key, self._read)

    def _read(self, out):
        settings = (self.sample_rate, self.channel, self.sounds.folder)
        try:
            return dataclasses.asdict(read_into(self.source, out, *settings))
        except Unusable as error:
            return {"reason": str(error)}


def convert(files, folder, sample_rate, channel, workers, progress=True):
    """Read `files` into `folder`; return the `Recording`s and the `Skipped`, in order.

    Files that were read into this folder before, and have not changed since, are not read again.
    """
    sounds = Sounds(folder)
    finished = sounds.entries()
    tasks = [_task(file.path, sample_rate, channel, sounds) for file in files]
    workers.run(
        _Task.do,
        sorted((t for t in tasks if t.key not in finished), key=lambda task: -task.size),
        size=lambda task: task.size,
        desc="reading",
        unit="B",
        unit_scale=True,
        disable=not (progress and files),
    )
    return _sorted_out(files, tasks, sounds.entries())


def _sorted_out(files, tasks, entries):
    recordings, skipped = [], []
    for file, task in zip(files, tasks, strict=True):
        sound, offset, outcome = entries[task.key]
        if "reason" in outcome:
            skipped.append(Skipped(file.name, outcome["reason"]))
        else:
            reading = Reading(**outcome)
            recordings.append(Recording(file.name, file.label, sound, offset, reading))
    return recordings, skipped


def _task(path, sample_rate, channel, sounds):
    """Return the task of a file, whose key changes with the file and with the settings."""
    try:
        status = path.stat()
        size, state = status.st_size, (status.st_size, status.st_mtime_ns)
    except OSError:  # reading says why
        size, state = 0, ()
    identity = repr((str(path.absolute()), state, sample_rate, channel))
    key = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return _Task(path, key, size, sample_rate, channel, sounds)
