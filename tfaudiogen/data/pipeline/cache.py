"""A disk cache of spectrograms as 8-bit levels with random access.

The files are read example by example and not memory-mapped, so that the memory use of a process
does not grow with the data set.
"""

import contextlib
import functools
import hashlib
import json
import math
import tempfile
from pathlib import Path

import numpy as np
from tqdm import tqdm

from tfaudiogen.disk import whole_folder
from tfaudiogen.disk.opening import open_regular
from tfaudiogen.validation.npz import array_in

LEVELS = 255
_FOLDER = "cache"
_IMAGES, _LABELS = "images.uint8", "labels_and_frames.npy"
# Part of the hash of a cache. Increase it when the same configuration gives other spectrograms.
_FORMAT = 1
# Maximum bytes of the header of a .npy file.
_HEADER = 1024
_IRRELEVANT = ("name", "trainable", "dtype")


class Cached:
    """The cache of one split: spectrograms uint8 [n, T, F], labels and frames int32 [n]."""

    def __init__(self, folder, shape, count):
        self._images, self._shape = folder / _IMAGES, shape
        try:
            self._labels, self._frames = self._checked(folder, count)
        except ValueError as error:
            raise ValueError(
                f"the cache {str(folder)!r} is damaged ({error}): delete it, and it is made again"
            ) from error

    def _checked(self, folder, count):
        with open_regular(self._images) as file:
            stored, wanted = file.seek(0, 2), count * math.prod(self._shape)
        if stored != wanted:
            raise ValueError(f"{_IMAGES} has {stored} bytes, and {wanted} are needed")
        with open_regular(folder / _LABELS) as file:
            found = array_in(file.read(_HEADER + 2 * 4 * count + 1))
        if found.shape != (2, count) or found.dtype != np.int32:
            raise ValueError(f"{_LABELS} must be int32 (2, {count}); received {found.shape}")
        return found

    def take(self, ids):
        """Return spectrograms uint8 [B, T, F], labels int32 [B] and frames int32 [B] of `ids`."""
        size = math.prod(self._shape)
        rows = [np.fromfile(self._images, np.uint8, size, offset=size * int(id_)) for id_ in ids]
        images = np.reshape(rows, (len(ids), *self._shape)).astype(np.uint8, copy=False)
        return images, self._labels[ids], self._frames[ids]


def cached(data, split, spectrogram, count, batches, progress=True):
    """Return the `Cached` of a split; the first call computes it.

    Args:
        data: folder of the data set. The cache is a subfolder of it, or a temporary folder if it
            is read-only.
        split: name of the split.
        spectrogram: the `Spectrogram` layer; the hash of its configuration names the cache.
        count: number of examples of the split.
        batches: function that returns the batches of spectrograms, labels and frames, in order of
            id.
        progress: show a progress bar.
    """
    name = f"{split}-{_configuration_hash(spectrogram)}"
    folder = Path(data) / _FOLDER / name
    if not folder.is_dir():
        folder = _writable(Path(data)) / name
    if not folder.is_dir():
        _write(folder, batches, tqdm(total=count, disable=not progress))
    return Cached(folder, spectrogram.image_shape[:2], count)


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
    """Return the temporary directory of a read-only data set, deleted at exit."""
    return tempfile.TemporaryDirectory(prefix=f"tfaudiogen-{data.name[:40]}-")


def _write(folder, batches, bar):
    """Write to a temporary name and rename to `folder`, so that no partial cache is ever found."""
    # Another process may have finished first; its cache is the same.
    with contextlib.suppress(FileExistsError), whole_folder(folder) as whole:
        _fill(whole, batches, bar)


def _fill(folder, batches, bar):
    bar.set_description("caching spectrograms")
    labels, frames = [], []
    with bar, (folder / _IMAGES).open("wb") as file:
        for batch in batches():
            file.write(np.rint(batch["image"].numpy() * LEVELS).astype(np.uint8).tobytes())
            labels.append(batch["label"].numpy())
            frames.append(batch["frames"].numpy())
            bar.update(len(labels[-1]))
    np.save(folder / _LABELS, np.stack([np.concatenate(labels), np.concatenate(frames)]))
