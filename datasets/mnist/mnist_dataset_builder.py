"""Handwritten digits in the idx files of MNIST."""

import dataclasses
import functools
import re

from tfaudiogen.data.builders.image_records import PictureBuilder, PictureConfig
from tfaudiogen.data.builders.report import Skipped
from tfaudiogen.data.reading.tries import patiently
from tfaudiogen.data.sources.files import find_named
from tfaudiogen.data.sources.image_sets import Part, stored
from tfaudiogen.datasets.mnist.idx import read_idx
from tfaudiogen.disk.errors import Unusable

_IMAGES = re.compile(r"(?P<part>train|t10k)-images[-.]idx3-ubyte(\.gz)?")


@dataclasses.dataclass(eq=False)
class Config(PictureConfig):
    """Which files are read, and the size of what is stored; see `PictureConfig`."""


class Builder(PictureBuilder):
    """Pictures of train-images-idx3-ubyte and t10k-images-idx3-ubyte, gzipped or not.

    The labels lie beside them, in train-labels-idx1-ubyte and t10k-labels-idx1-ubyte. t10k is the
    official test split; a tenth of train, by hash, is the validation split. Data sets in the same
    layout (Fashion-MNIST) are read as well.
    """

    name = "mnist"
    # `tfds build --config` asks for one, to see what class it has.
    BUILDER_CONFIGS = [Config(name="empty")]
    DESCRIPTION = "Handwritten digits (LeCun, Cortes and Burges), from idx files."
    IMAGE_SHAPE = (28, 28, 1)

    def pictures(self, workers):
        """Return the list of `Picture`s of the files."""
        del workers
        parts = read_parts(self.builder_config.sources, self.skipped)
        return stored(parts, self.read_folder, self.image_shape)


def read_parts(sources, skipped):
    """Yield the `Part` of each file of pictures below the sources.

    Args:
        sources: folders or single files.
        skipped: list to which the files that cannot be used are added, as `Skipped`.
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
    """Return the file of labels beside one of pictures, gzipped or not."""
    name = path.name.replace("images", "labels").replace("idx3", "idx1").removesuffix(".gz")
    for candidate in (path.with_name(name), path.with_name(f"{name}.gz")):
        if candidate.is_file():
            return candidate
    raise Unusable(f"its labels, {name} or {name}.gz, are not beside it")


def fits(sources):
    """Return whether the sources hold idx files of pictures."""
    return bool(find_named(sources, _IMAGES))
