"""Reads many files in parallel, each of them once, and retries failures."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen.data.builders.journal import Sounds
from tfaudiogen.data.reading import tries
from tfaudiogen.disk.errors import ReadError, Unreadable, Unusable, Withheld


@dataclass(frozen=True)
class _Task:
    """One file to read.

    Attributes:
        source: the file.
        key: text that changes with the file and with the settings.
        size: of the file in bytes.
        read: function of the file and of a binary file to write to; returns plain values.
        store: `Sounds` that keeps them.
    """

    source: Path
    key: str
    size: int
    read: Callable
    store: Sounds

    def do(self):
        """Read the file, and keep what became of it."""
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

    Those that were read into it before, and have not changed since, are not read again. What the
    bytes of a file do not decide is not kept: it is tried again here and by the next run.

    Args:
        files: list of `SourceFile`s.
        read: see `_Task`.
        settings: tuple of what `read` depends on besides the file.
        store: `Sounds`.
        workers: see `tfaudiogen.data.builders.workers`.
        progress: show a progress bar.

    Raises:
        ReadError: files could not be read at any try.
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
    """Raise `ReadError` of what could not be read, but for what is skipped: see `_Task`."""
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
    except OSError:  # reading says why
        size, state = 0, ()
    identity = repr((str(path.absolute()), state, *settings))
    key = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()[:24]
    return _Task(path, key, size, read, store)
