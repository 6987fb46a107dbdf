"""A cache file of embeddings for `match`, so that no file is embedded twice."""

import hashlib
import time
from pathlib import Path

import click
import numpy as np

from tfaudiogen.io import audio_files
from tfaudiogen.runtime.interruption import uninterrupted
from tfaudiogen.validation.npz import read_npz
from tfaudiogen.validation.schema import expect, expect_keys

_FIELDS = ("paths", "sizes", "times", "vectors")
_SAVED_EVERY_SECONDS = 60.0


class Index:
    """A cache of the embeddings of files by one model, stored in a file.

    A file is embedded again if its size or modification time has changed. An index of another
    model is discarded. As a context manager, the index is saved every minute and on exit, also
    after an exception.

    Args:
        path: path of the index, `.npz`; None for no cache.
        model_file: file of the model, identified by the hash of its content.

    Raises:
        click.BadParameter: the file exists and is not an index.
    """

    def __init__(self, path, model_file):
        self.path, self._known, self._written = path, {}, time.monotonic()
        self._model = hashlib.sha256(Path(model_file).read_bytes()).hexdigest() if path else ""
        if path and path.exists():
            self._read()

    def __enter__(self):
        return self

    @uninterrupted
    def __exit__(self, *error):
        """Save the index."""
        self._write()

    def remembering(self, embedding):
        """Wrap a function from a path to its embedding in a lookup of the cache."""

        def known_or_new(path):
            state = path.stat()
            key, now = str(path.resolve()), (state.st_size, state.st_mtime_ns)
            if self._known.get(key, (None,))[0] != now:
                self._known[key] = (now, embedding(path))
                if time.monotonic() - self._written > _SAVED_EVERY_SECONDS:
                    self._write()
            return self._known[key][1]

        return known_or_new if self.path else embedding

    def _read(self):
        try:
            found = read_npz(self.path)
            expect_keys(found, "it", ("model", *_FIELDS))
            model, columns = str(found["model"]), [found[name] for name in _FIELDS]
            _check_columns(*columns)
        except ValueError as error:
            raise click.BadParameter(
                f"{self.path} is no index, or a damaged one: name another file or delete it.",
                param_hint="'--index'",
            ) from error
        if model == self._model:
            rows = zip(*(column.tolist() for column in columns[:3]), columns[3], strict=True)
            self._known = {path: ((size, when), vector) for path, size, when, vector in rows}

    def _write(self):
        if not (self.path and self._known):
            return
        states, vectors = zip(*self._known.values(), strict=True)
        columns = (list(self._known), *zip(*states, strict=True), np.stack(vectors))
        with audio_files.atomic_file(self.path) as temporary, open(temporary, "wb") as file:
            np.savez(file, model=self._model, **dict(zip(_FIELDS, columns, strict=True)))
        self._written = time.monotonic()


def _check_columns(paths, sizes, times, vectors):
    """Raise ValueError unless the arrays have the right types, equal lengths and finite vectors."""
    expect(paths.ndim == 1 and paths.dtype.kind == "U", "paths", paths.dtype.name)
    for name, column in (("sizes", sizes), ("times", times)):
        whole = column.shape == paths.shape and column.dtype.kind in "iu"
        expect(whole, name, (column.dtype.name, column.shape))
    rows = vectors.ndim == 2 and len(vectors) == len(paths) and vectors.dtype.kind == "f"
    expect(rows and np.isfinite(vectors).all(), "vectors", (vectors.dtype.name, vectors.shape))
