"""Reads many files in parallel, each once, and retries failures."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen.data.builders.journal import Sounds
from tfaudiogen.disk import tries
from tfaudiogen.disk.errors import ReadError, Unreadable, Unusable, Withheld


@dataclass(frozen=True)
class _Task:
    """One file to read.

    Attributes:
        source: path of the file.
        key: hash of the file's path, size, modification time and the settings.
        size: size of the file in bytes.
        read: function of the path and of a binary file to write to; returns plain values.
        store: the `Sounds` to write to.
    """

    source: Path
    key: str
    size: int
    read: Callable
    store: Sounds

    def do(self):
        """Read the file and store the outcome."""
        self.store.add(self.key, self._outcome)

    def _outcome(self, out):
        try:
            return self.read(self.source, out)
        except Withheld as error:
            return {"reason": str(error), "undecided": True, "skip": True}
        except Unreadable as error:
            return {"reason": str(error), "undecided": True}
        except Unusable as error:
            return {"reason": str(error)}
        except MemoryError:
            return {"reason": "takes more memory than there is", "undecided": True, "skip": True}


def read_once(files, read, settings, store, workers, progress):
    """Read files into a store; return the `Entry` of each.

    Unchanged files that were read into the store before are not read again. Failures that do not
    depend on the content of the file ("undecided") are retried, here and in the next run.

    Args:
        files: list of `SourceFile`s.
        read: see `_Task`.
        settings: tuple of everything else that the result of `read` depends on.
        store: the `Sounds` to write to.
        workers: see `tfaudiogen.data.builders.workers`.
        progress: show a progress bar.

    Raises:
        ReadError: files could not be read in any attempt.
    """
    for pause in (0.0, *tries.PAUSES):
        tasks = [_task(file.path, read, settings, store) for file in files]
        finished = store.entries()
        left = [task for task in tasks if not _is_decided(finished.get(task.key))]
        if not left:
            break
        time.sleep(pause)
        workers.run(
            _Task.do,
            sorted(left, key=lambda task: -task.size),
            size=lambda task: task.size,
            desc="reading",
            unit="B",
            unit_scale=True,
            disable=not progress,
        )
    entries = store.entries()
    found = [entries[task.key] for task in tasks]
    _check_read(files, [entry.outcome for entry in found])
    return found


def _is_decided(entry):
    return entry is not None and not entry.outcome.get("undecided")


def _check_read(files, outcomes):
    """Raise `ReadError` for files that could not be read, except those to skip; see `_Task`."""
    refused = {
        file.name: outcome["reason"]
        for file, outcome in zip(files, outcomes, strict=True)
        if outcome.get("undecided") and not outcome.get("skip")
    }
    if refused:
        raise ReadError(refused)


def _task(path, read, settings, store):
    try:
        status = path.stat()
        size, state = status.st_size, (status.st_size, status.st_mtime_ns)
    except OSError:  # reading reports the error
        size, state = 0, ()
    identity = repr((str(path.absolute()), state, *settings))
    key = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return _Task(path, key, size, read, store)
