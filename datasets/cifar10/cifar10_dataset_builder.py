"""CIFAR-10: small colour images, from its binary files."""

import dataclasses
import functools
import re

import numpy as np

from tfaudiogen.data.builders.image_records import PictureBuilder, PictureConfig
from tfaudiogen.data.builders.image_sets import Part, stored
from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sources.files import find_named
from tfaudiogen.disk.errors import Unusable
from tfaudiogen.disk.opening import open_regular, unreadable
from tfaudiogen.disk.tries import patiently

_FILES = re.compile(r"(data_batch_[0-9]+|test_batch)\.bin")
_NAMES = ("airplane", "automobile", "bird", "cat", "deer")
_NAMES += ("dog", "frog", "horse", "ship", "truck")
_SIDE = 32
_ROW = 1 + 3 * _SIDE**2


@dataclasses.dataclass(eq=False)
class Config(PictureConfig):
    """Which files are read, and the size of the stored images; see `PictureConfig`."""


class Builder(PictureBuilder):
    """Images of data_batch_1.bin, ... and test_batch.bin: records of a label and three planes.

    test_batch.bin is the official test split; a tenth of the other images, by hash, is the
    validation split.
    """

    name = "cifar10"
    # `tfds build --config` needs one to find the class of the configuration.
    BUILDER_CONFIGS = [Config(name="empty")]
    DESCRIPTION = "CIFAR-10 (Krizhevsky, 2009), from its binary files."
    IMAGE_SHAPE = (_SIDE, _SIDE, 3)

    def pictures(self, workers):
        """Return the list of `Picture`s of the files."""
        del workers
        files = find_named(self.builder_config.sources, _FILES)
        parts = filter(None, map(self._part, files))
        return stored(parts, self.read_folder, self.image_shape)

    def _part(self, file):
        """Return the `Part` of a file, or None if it is unusable, after adding it to `skipped`."""
        try:
            rows = patiently(file.name, functools.partial(_rows, file.path))
        except Unusable as error:
            self.skipped.append(Skipped(file.name, str(error)))
            return None
        planes = rows[:, 1:].reshape(-1, 3, _SIDE, _SIDE)
        split = "test" if file.path.name.startswith("test") else None
        labels = [_NAMES[label] for label in rows[:, 0]]
        return Part(file.name, planes.transpose(0, 2, 3, 1), labels, split)


def _rows(path):
    """Return the records of a file, uint8 [n, 1 + 3072]."""
    try:
        with open_regular(path) as file:
            data = np.fromfile(file, np.uint8)
    except OSError as error:
        raise unreadable(error) from error
    if not len(data) or len(data) % _ROW:
        raise Unusable(f"holds {len(data)} bytes, not a multiple of {_ROW}: damaged or cut short")
    rows = data.reshape(-1, _ROW)
    if rows[:, 0].max() >= len(_NAMES):
        raise Unusable(f"has the label {rows[:, 0].max()}, and CIFAR-10 has labels up to 9")
    return rows


def fits(sources):
    """Return whether the sources contain binary files of CIFAR-10."""
    return bool(find_named(sources, _FILES))
