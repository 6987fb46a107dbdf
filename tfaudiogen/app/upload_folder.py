"""The upload folder: which paths may be read, and its quota."""

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
# What a small file takes besides its bytes, so that there cannot be any number of empty ones.
_EACH = 65536
_LONGEST_NAME = 100
_LEFT_OUT = re.compile(r"[^\w., -]")
_GONE = "a file that is named is not among the uploads, or no longer: give it again."


class UploadFolder:
    """A folder of uploads, and the one judge of which paths lie in it.

    Args:
        folder: is made where it is not there.
        most: bytes of all uploads together, those under way among them.
    """

    def __init__(self, folder, most):
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder.resolve()
        self._most, self._stored, self._arriving = most, 0, 0
        self._lock = threading.Lock()

    def path_of(self, name):
        """Return the path of an upload that a request names.

        Raises:
            Refused: it is not a regular file whose real path lies in this folder. The words are
                always the same, so that they tell nothing of other files.
        """
        # Nothing elsewhere is looked at, not even to learn whether it is there.
        if not isinstance(name, (str, Path)) or not self._is_below(os.path.normpath(name)):
            raise Refused(_GONE)
        try:
            path = Path(name).resolve(strict=True)
            usable = self._is_below(path) and stat.S_ISREG(path.lstat().st_mode)
        except (OSError, ValueError, RuntimeError):  # not there; a null byte; a loop of links
            usable = False
        if not usable:
            raise Refused(_GONE)
        return path

    def _is_below(self, path):
        return Path(path).is_relative_to(self.folder)

    def new(self, name):
        """Return the path for a new upload, in a folder of its own that cannot be guessed.

        Args:
            name: of the file, as the user calls it; what could mislead is left out of it.
        """
        folder = self.folder / f"upload-{secrets.token_hex(16)}"
        folder.mkdir()
        plain = _LEFT_OUT.sub("", Path(name).name).lstrip(". ")
        return folder / (plain[-_LONGEST_NAME:] or "upload")

    def remove(self, path):
        """Remove an upload that was made by `new`."""
        shutil.rmtree(path.parent, ignore_errors=True)

    @contextlib.contextmanager
    def arriving(self):
        """Context that gives a function to call with the bytes of an upload as they come.

        Raises:
            Busy: with them there would be too much; it comes from that function.
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
        """Look how much there is."""
        stored = sum(found.st_size + _EACH for found in _below(self.folder))
        with self._lock:
            self._stored = stored

    def tidy(self):
        """Remove what has been there for an hour, and look how much is left."""
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
    """Return when a file, or the newest file of a folder, was written."""
    return max((found.st_mtime for found in (*_states(path), *_below(path))), default=0.0)


def _below(folder):
    """Yield the states of all files and folders of a folder, of which others may remove some."""
    for inside, folders, names in os.walk(folder):
        yield from _states(*(Path(inside, name) for name in (*folders, *names)))


def _states(*paths):
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            yield path.lstat()
