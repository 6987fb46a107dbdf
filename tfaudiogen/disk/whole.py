"""Files and folders that appear complete or not at all."""

import contextlib
import errno
import os
from pathlib import Path

from tfaudiogen.disk.temporary import remove, temporary_beside
from tfaudiogen.runtime.interruption import uninterrupted


class atomic_file:  # noqa: N801, used like a function
    """Context that gives the name of an empty temporary file and renames it to `path` on success.

    On any error, and at any signal, the temporary file is removed and `path` is as before.

    Args:
        path: the file to write; its folder is made if it is not there.
        lasting: wait until the content is on the disk before it gets its name, for what a later
            command goes on from: else a machine that loses power may keep a name without content.
    """

    def __init__(self, path, lasting=False):
        self.path, self.lasting = Path(path), lasting

    @uninterrupted
    def __enter__(self):
        """Make the folder and an empty temporary file in it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.temporary = temporary_beside(self.path)
        try:
            self.temporary.open("xb").close()
        except OSError as error:
            raise about(error, self.path) from error
        return self.temporary

    @uninterrupted
    def __exit__(self, kind, error, trace):
        """Put the finished file in its place, or remove the unfinished one."""
        try:
            if kind is None:
                if self.lasting:
                    sync(self.temporary)
                os.replace(self.temporary, self.path)
                return
        except OSError as failed:
            remove(self.temporary)
            raise about(failed, self.path) from failed
        remove(self.temporary)
        if isinstance(error, OSError) and str(error.filename) in ("None", str(self.temporary)):
            raise about(error, self.path) from error


@contextlib.contextmanager
@uninterrupted
def whole_folder(path):
    """Context that gives the name of an empty folder beside `path`, and renames it on success.

    On any error, and at any signal, the folder beside is removed and there is nothing at `path`.

    Args:
        path: the folder to write, which must not be there, or be empty; what it lies in is made.

    Raises:
        FileExistsError: something has come to be at `path` in the meantime.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_beside(path)
    temporary.mkdir()
    try:
        yield temporary
        put_in_place(temporary, path)
    finally:
        remove(temporary)


@uninterrupted
def put_in_place(folder, path):
    """Rename a folder when all that it holds is on the disk.

    Raises:
        FileExistsError: there is something at `path`, other than an empty folder.
    """
    for file in Path(folder).rglob("*"):
        if file.is_file():
            sync(file)
    try:
        os.rename(folder, path)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise FileExistsError(
                errno.EEXIST, "something else was written here meanwhile: name another", str(path)
            ) from error
        raise


def sync(path):
    """Wait until the content of a file is on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def about(error, path):
    """Return an OSError with the name that the user knows."""
    if error.errno is None:
        return error
    return type(error)(error.errno, error.strerror, str(path))
