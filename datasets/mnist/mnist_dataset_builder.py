"""MNIST: handwritten digits, from its idx files."""

import dataclasses
import functools
import re

from tfaudiogen.data.builders.image_records import PictureBuilder, PictureConfig
from tfaudiogen.data.builders.image_sets import Part, stored
from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sources.files import find_named
from tfaudiogen.datasets.mnist.idx import read_idx
from tfaudiogen.disk.errors import Unusable
from tfaudiogen.disk.tries import patiently

_IMAGES = re.compile(r"(?P<part>train|t10k)-images[-.]idx3-ubyte(\.gz)?")


@dataclasses.dataclass(eq=False)
class Config(PictureConfig):
    """Which files are read, and the size of the stored images; see `PictureConfig`."""


class Builder(PictureBuilder):
    """Images of train-images-idx3-ubyte and t10k-images-idx3-ubyte, gzipped or not.

    The label files train-labels-idx1-ubyte and t10k-labels-idx1-ubyte must be in the same folder.
    t10k is the official test split; a tenth of train, by hash, is the validation split. Other data
    sets in this layout (Fashion-MNIST) can be read too.
    """

    name = "mnist"
    # `tfds build --config` needs one to find the class of the configuration.
    BUILDER_CONFIGS = [Config(name="empty")]
    DESCRIPTION = "Handwritten digits (LeCun, Cortes and Burges), from idx files."
    IMAGE_SHAPE = (28, 28, 1)

    def pictures(self, workers):
        """Return the list of `Picture`s of the files."""
        del workers
        parts = read_parts(self.builder_config.sources, self.skipped)
        return stored(parts, self.read_folder, self.image_shape)


def read_parts(sources, skipped):
    """Yield the `Part` of each image file below the sources.

    Args:
        sources: folders or single files.
        skipped: list to which unusable files are added, as `Skipped`.
    """
    for file in find_named(sources, _IMAGES):
        try:
            yield patiently(file.name, functools.partial(_part, file))
        except Unusable as error:
            skipped.append(Skipped(file.name, str(error)))


def _part(file):
    images = read_idx(file.path, 3)
    labels = read_idx(_labels_of(file.path), 1)
    if len(images) != len(labels):
        raise Unusable(f"holds {len(images)} pictures, and {len(labels)} labels belong")
    split = "test" if _IMAGES.fullmatch(file.path.name)["part"] == "t10k" else None
    name = file.name.removesuffix(".gz")
    return Part(name, images[..., None], [str(label) for label in labels], split)


def _labels_of(path):
    """Return the label file beside an image file, gzipped or not."""
    name = path.name.replace("images", "labels").replace("idx3", "idx1").removesuffix(".gz")
    for candidate in (path.with_name(name), path.with_name(f"{name}.gz")):
        if candidate.is_file():
            return candidate
    raise Unusable(f"its labels, {name} or {name}.gz, are not beside it")


def fits(sources):
    """Return whether the sources contain idx files of images."""
    return bool(find_named(sources, _IMAGES))
