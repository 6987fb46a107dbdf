"""Reading many files at a time, each of them once."""

import dataclasses
import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen.data.errors import Unusable
from tfaudiogen.data.reading import Reading, read_to_file
from tfaudiogen.data.report import Skipped

# Name of the folder of what was read, while a data set is made.
READ_FOLDER = "read"


@dataclass(frozen=True)
class Recording:
    """A usable file: its sound has been read into the file `sound` (raw int16)."""

    name: str
    label: str
    sound: Path
    reading: Reading
    picture: Path | None = None

    def windows(self, samples):
        """Return the number of windows of `samples`, the last of which may be padded."""
        return math.ceil(self.reading.samples / samples)


@dataclass(frozen=True)
class _Task:
    """One file to read. What became of it stands beside the sound, and is written last."""

    source: Path
    sound: Path
    size: int
    sample_rate: int
    channel: str

    @property
    def _outcome(self):
        return self.sound.with_suffix(".json")

    def do(self):
        """Read the file, and write what became of it."""
        try:
            reading = read_to_file(self.source, self.sound, self.sample_rate, self.channel)
            outcome = dataclasses.asdict(reading)
        except Unusable as error:
            self.sound.unlink(missing_ok=True)
            outcome = {"reason": str(error)}
        self._outcome.write_text(json.dumps(outcome), encoding="utf-8")

    def outcome(self):
        """Return the `Reading`, or the reason why there is none, or None if not finished."""
        try:
            outcome = json.loads(self._outcome.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if "reason" in outcome:
            return outcome["reason"]
        reading = Reading(**outcome)
        whole = self.sound.is_file() and self.sound.stat().st_size == 2 * reading.samples
        return reading if whole else None


def convert(files, folder, sample_rate, channel, workers, progress=True):
    """Read `files` into `folder`; return the `Recording`s and the `Skipped`, in order.

    Files that were read into this folder before, and have not changed since, are not read again.
    """
    tasks = [_task(file.path, folder, sample_rate, channel) for file in files]
    unfinished = [task for task in tasks if task.outcome() is None]
    workers.run(
        _Task.do,
        sorted(unfinished, key=lambda task: -task.size),
        size=lambda task: task.size,
        desc="reading",
        unit="B",
        unit_scale=True,
        disable=not (progress and files),
    )
    recordings, skipped = [], []
    for file, task in zip(files, tasks, strict=True):
        outcome = task.outcome()
        if isinstance(outcome, Reading):
            recordings.append(Recording(file.name, file.label, task.sound, outcome))
        else:
            skipped.append(Skipped(file.name, outcome))
    return recordings, skipped


def _task(path, folder, sample_rate, channel):
    """Return the task of a file, whose name among the sounds changes with file and settings."""
    try:
        status = path.stat()
        size, state = status.st_size, (status.st_size, status.st_mtime_ns)
    except OSError:  # reading says why
        size, state = 0, ()
    identity = repr((str(path.absolute()), state, sample_rate, channel))
    name = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return _Task(path, folder / f"{name}.int16", size, sample_rate, channel)
