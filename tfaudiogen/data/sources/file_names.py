"""Matches names in tables to source files."""

import functools
import os
import posixpath
from pathlib import PurePosixPath

from tfaudiogen.validation.text import collapsed, composed


class FileNames:
    """Finds a file by the name in a table.

    A name can be the path below the source, the absolute path, or the file name with or without
    extension if it is unique. "./", backslashes, superfluous white space and the Unicode form of
    accents are ignored, and so is case unless file names differ only by it.

    Args:
        files: list of `SourceFile`s.
    """

    def __init__(self, files):
        self._files, self._tables = files, {}

    def file(self, name):
        """Return the `SourceFile` of a name; None if no file or more than one matches."""
        if not name:
            return None
        for spelt in (str, _tidy, _caseless):
            for names in (_paths, _own_names):
                table = self._table(spelt, names)
                if spelt(name) in table:
                    return table[spelt(name)]
        return None

    def _table(self, spelt, names):
        """Return {name: its file, or None if there are several}, computed on first use."""
        if (spelt, names) not in self._tables:
            table = self._tables[spelt, names] = {}
            for file in self._files:
                for name in dict.fromkeys(map(spelt, names(file))):
                    table[name] = None if name in table else file
        return self._tables[spelt, names]


def _paths(file):
    folder, own = file.path.parent, file.path.name
    return file.name, (folder.absolute() / own).as_posix(), posixpath.join(_real(folder), own)


@functools.lru_cache(maxsize=1024)
def _real(folder):
    return os.path.realpath(folder).replace(os.sep, "/")


def _own_names(file):
    path = PurePosixPath(file.name)
    return path.name, path.stem


def _tidy(name):
    # As in tables, whose fields are read stripped and with one kind of line break.
    parts = map(collapsed, name.replace("\\", "/").split("/"))
    return posixpath.normpath("/".join(parts))


def _caseless(name):
    return composed(_tidy(name).casefold())
