"""Atomic writing of files and folders."""

import contextlib
import errno
import os
from pathlib import Path

from tfaudiogen.disk.temporary import remove, temporary_beside
from tfaudiogen.runtime.interruption import uninterrupted


class atomic_file:  # noqa: N801, used like a function
    """Context that yields the path of an empty temporary file and renames it to `path` on success.

    On any error or signal, the temporary file is removed and `path` is unchanged.

    Args:
        path: the file to write; its folder is created if missing.
        lasting: whether to sync the content to disk before renaming. Use it for files that later
            commands depend on: after a power failure the file might otherwise be empty.
    """

    def __init__(self, path, lasting=False):
        self.path, self.lasting = Path(path), lasting

    @uninterrupted
    def __enter__(self):
        """Creates the folder and an empty temporary file in it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.temporary = temporary_beside(self.path)
        try:
            self.temporary.open("xb").close()
        except OSError as error:
            raise about(error, self.path) from error
        return self.temporary

    @uninterrupted
    def __exit__(self, kind, error, trace):
        """Renames the finished file, or removes the unfinished one."""
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
    """Context that yields an empty temporary folder beside `path` and renames it on success.

    On any error or signal, the temporary folder is removed and `path` is not created.

    Args:
        path: the folder to write; it must not exist or be empty. Its parents are created.

    Raises:
        FileExistsError: something was created at `path` in the meantime.
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
    """Renames a folder after syncing all of its files to disk.

    Raises:
        FileExistsError: `path` exists and is not an empty folder.
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
    """Syncs the content of a file to disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def about(error, path):
    """Return an OSError of the same type that names `path`, the file known to the user."""
    if error.errno is None:
        return error
    return type(error)(error.errno, error.strerror, str(path))
