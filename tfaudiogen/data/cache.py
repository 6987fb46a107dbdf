"""Spectrograms that have been computed once, as memory-mapped files of 8-bit levels."""

import contextlib
import functools
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

_FOLDER = "cache"
# Part of the hash of a cache; to be raised when the same configuration gives other images.
_FORMAT = 1
_IRRELEVANT = ("name", "trainable", "dtype")


class Cached(NamedTuple):
    """Images uint8 [n, T, F], labels int32 [n], frames int32 [n] of a split."""

    images: np.ndarray
    labels: np.ndarray
    frames: np.ndarray

    def take(self, ids):
        """Return the rows `ids` of the three arrays."""
        return self.images[ids], self.labels[ids], self.frames[ids]


def cached(data, split, spectrogram, count, batches, progress=True):
    """Return the `Cached` of a split, computing it if this is the first time.

    Args:
        data: folder of the data set; the cache is below it, or temporary if it is read-only.
        split: name of the split.
        spectrogram: the Spectrogram layer, whose configuration names the cache.
        count: examples of the split.
        batches: function that returns the batches of images, labels and frames, in order of id.
        progress: show a progress bar.
    """
    name = f"{split}-{_configuration_hash(spectrogram)}"
    folder = Path(data) / _FOLDER / name
    if not folder.is_dir():
        folder = _writable(Path(data)) / name
    if not folder.is_dir():
        _write(folder, spectrogram.image_shape[:2], count, batches, progress)
    return Cached(*(np.load(folder / f"{field}.npy", mmap_mode="r") for field in Cached._fields))


def _configuration_hash(spectrogram):
    config = {k: v for k, v in spectrogram.get_config().items() if k not in _IRRELEVANT}
    text = json.dumps([_FORMAT, config], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _writable(data):
    folder = data / _FOLDER
    try:
        folder.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(_temporary(data.resolve()).name)


@functools.cache
def _temporary(data):
    """Return the temporary directory of a read-only data set, removed when Python ends."""
    return tempfile.TemporaryDirectory(prefix=f"tfaudiogen-{data.name}-")


def _write(folder, shape, count, batches, progress):
    """Write beside `folder` and rename, so that a cache is whole or not there."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="writing-") as temporary:
        whole = Path(temporary) / folder.name
        whole.mkdir()
        _fill(_create(whole, shape, count), batches, tqdm(total=count, disable=not progress))
        # Another process may have been quicker; its cache is the same.
        with contextlib.suppress(OSError):
            os.rename(whole, folder)


def _create(folder, shape, count):
    def new(name, dtype, shape):
        return np.lib.format.open_memmap(folder / f"{name}.npy", "w+", dtype, shape)

    return Cached(
        new("images", np.uint8, (count, *shape)),
        new("labels", np.int32, (count,)),
        new("frames", np.int32, (count,)),
    )


def _fill(arrays, batches, bar):
    bar.set_description("caching spectrograms")
    first = 0
    with bar:
        for batch in batches():
            last = first + len(batch["label"])
            arrays.images[first:last] = np.rint(batch["image"].numpy()[..., 0] * 255)
            arrays.labels[first:last] = batch["label"].numpy()
            arrays.frames[first:last] = batch["frames"].numpy()
            bar.update(last - first)
            first = last
    for array in arrays:
        array.flush()
