"""The upload folder: checks paths of uploads, and enforces a quota."""

import contextlib
import os
import re
import secrets
import shutil
import stat
import threading
import time
from pathlib import Path

from tfaudiogen.app.refusals import Busy, Refused

_OLDEST = 3600.0  # seconds
# Bytes counted for each file in addition to its size, to limit the number of empty files.
_EACH = 65536
_LONGEST_NAME = 100
_LEFT_OUT = re.compile(r"[^\w., -]")
_GONE = "a file that is named is not among the uploads, or no longer: give it again."


class UploadFolder:
    """The folder of uploads; every path from a request must be checked by `path_of`.

    Args:
        folder: path of the folder; it is created if missing.
        most: maximum total bytes of all uploads, including those in progress.
    """

    def __init__(self, folder, most):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self._most, self._stored, self._arriving = most, 0, 0
        self._lock = threading.Lock()

    def path_of(self, name):
        """Return the resolved path of an upload that a request names.

        Raises:
            Refused: it is not a regular file whose real path is in this folder. The message is
                always the same, so that it reveals nothing about other files.
        """
        # Paths outside the folder are not accessed, not even to check whether they exist.
        if not isinstance(name, (str, Path)) or not self._is_below(os.path.normpath(name)):
            raise Refused(_GONE)
        try:
            path = Path(name).resolve(strict=True)
            usable = self._is_below(path) and stat.S_ISREG(path.lstat().st_mode)
        except (OSError, ValueError, RuntimeError):  # missing; null byte; loop of links
            usable = False
        if not usable:
            raise Refused(_GONE)
        return path

    def _is_below(self, path):
        return Path(path).is_relative_to(self.folder)

    def new(self, name):
        """Return the path for a new upload, in a new folder with an unguessable name.

        Args:
            name: file name given by the user; unsafe characters are removed.
        """
        folder = self.folder / f"upload-{secrets.token_hex(16)}"
        folder.mkdir()
        plain = _LEFT_OUT.sub("", Path(name).name).lstrip(". ")
        return folder / (plain[-_LONGEST_NAME:] or "upload")

    def remove(self, path):
        """Delete an upload whose path is from `new`."""
        shutil.rmtree(path.parent, ignore_errors=True)

    @contextlib.contextmanager
    def arriving(self):
        """Context with a function to call with the number of bytes of each part of an upload.

        Raises:
            Busy: raised by that function if the quota would be exceeded.
        """
        mine = 0

        def add(size):
            nonlocal mine
            with self._lock:
                if self._stored + self._arriving + size > self._most:
                    raise Busy("too much is being uploaded: try again in a minute.")
                self._arriving, mine = self._arriving + size, mine + size

        try:
            yield add
        finally:
            with self._lock:
                self._arriving -= mine

    def measure(self):
        """Measure the stored bytes."""
        stored = sum(found.st_size + _EACH for found in _below(self.folder))
        with self._lock:
            self._stored = stored

    def tidy(self):
        """Delete uploads that are older than an hour, and measure the rest."""
        for path in self.folder.glob("*"):
            if time.time() - _newest(path) > _OLDEST:
                _remove(path)
        self.measure()


def _remove(path):
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _newest(path):
    """Return the modification time of a file, or the latest one in a folder."""
    return max((found.st_mtime for found in (*_states(path), *_below(path))), default=0.0)


def _below(folder):
    """Yield the stat results of everything below a folder, skipping what is deleted meanwhile."""
    for inside, folders, names in os.walk(folder):
        yield from _states(*(Path(inside, name) for name in (*folders, *names)))


def _states(*paths):
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            yield path.lstat()
