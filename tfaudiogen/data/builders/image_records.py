"""Stored images, and the base class of image builders."""

import dataclasses
import math
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from tfaudiogen.data.builders.conversion import READ_FOLDER
from tfaudiogen.data.builders.records import StoreBuilder, StoreConfig
from tfaudiogen.data.report import Report, Share
from tfaudiogen.data.sources.conditions import PICTURE_FEATURES, Conditioning
from tfaudiogen.data.splits import SPLITS, split_names
from tfaudiogen.disk.errors import NothingUsable


@dataclasses.dataclass(eq=False)
class PictureConfig(StoreConfig):
    """Which image files are read, and the size of the stored images.

    The last three apply to folders of images only.

    Attributes:
        sources: folders (or single files).
        image_shape: (H, W, C); None for the builder's default.
        labels_csv: CSV file with the columns file and label, and optionally caption, or None.
        label_pattern: regular expression whose groups match the label in the file name, or None.
        embeddings: folder of `.npy` embeddings, matched to the images by file name, or None.
    """

    sources: tuple = ()
    image_shape: tuple | None = None
    labels_csv: str | None = None
    label_pattern: str | None = None
    embeddings: str | None = None


@dataclasses.dataclass(frozen=True)
class Picture:
    """An image that has been read; its raw levels are in `file` from `offset` on.

    Attributes:
        name: unique name.
        label: name of its class.
        file, offset: file and byte offset of its uint8 levels.
        image_shape: (H, W, C).
        split: official split; None to use the hash of its name.
        captions: list of texts.
        vectors: list of external embeddings, float32 [E].
    """

    name: str
    label: str
    file: Path
    offset: int
    image_shape: tuple
    split: str | None = None
    captions: list = dataclasses.field(default_factory=list)
    vectors: list = dataclasses.field(default_factory=list, compare=False)

    def example(self):
        """Return the example to store."""
        size = math.prod(self.image_shape)
        levels = np.fromfile(self.file, np.uint8, size, offset=self.offset)
        image = levels.reshape(self.image_shape)
        conditioning = self.conditioning().of_picture(self.name)
        return {"image": image, "label": self.label, "source": self.name, **conditioning}

    def conditioning(self):
        """Return the captions and embeddings of the image, as `Conditioning`."""
        return Conditioning({self.name: self.captions}, {self.name: self.vectors})


class PictureBuilder(StoreBuilder, skip_registration=True):
    """Base class of image builders; images have 8 bits and one size.

    A subclass defines `pictures`. Converted images go into a temporary folder beside the data set.
    """

    UNIT = " pictures"
    IMAGE_SHAPE = (128, 128, 3)

    @property
    def image_shape(self):
        """(H, W, C) of the stored images."""
        return tuple(self.builder_config.image_shape or self.IMAGE_SHAPE)

    def features(self):
        """Return the features: `image` uint8 [H, W, C], `label`, `source`, `caption`, `vector`."""
        image = tfds.features.Tensor(shape=self.image_shape, dtype=np.uint8, encoding="bytes")
        label, source = tfds.features.ClassLabel(), tfds.features.Text()
        own = {"image": image, "label": label, "source": source}
        return tfds.features.FeaturesDict({**own, **PICTURE_FEATURES})

    @property
    def example_bytes(self):
        """Size of an image, one byte per level."""
        return math.prod(self.image_shape)

    def pictures(self, workers):
        """Return the list of `Picture`s; add unusable files to `skipped`."""
        raise NotImplementedError(f"{type(self).__name__} must define pictures")

    def plan(self, workers):
        """Read the files and return {split: {name: Picture}}."""
        self.skipped, self.notices, self.ignored = [], [], []
        self.read_folder.mkdir(exist_ok=True)
        pictures = self.pictures(workers)
        if not pictures:
            raise NothingUsable(self._nothing(), self.skipped)
        self.name_classes(picture.label for picture in pictures)
        conditioning = Conditioning(
            {picture.name: picture.captions for picture in pictures},
            {picture.name: picture.vectors for picture in pictures},
        )
        self.info.metadata.update(conditioning.metadata())
        self.notices += conditioning.notices([picture.name for picture in pictures])
        fixed = {picture.name: picture.split for picture in pictures if picture.split}
        try:
            splits = split_names([picture.name for picture in pictures], fixed)
        except ValueError as error:
            raise NothingUsable(_without_time(error), self.skipped) from error
        plan = {split: {} for split in SPLITS}
        for picture in pictures:
            plan[splits[picture.name]][picture.name] = picture
        self.report = self._report(plan)
        return plan

    @property
    def read_folder(self):
        """Folder for converted images, beside the data set's, whose temporary name changes."""
        return Path(self.data_path).parent / READ_FOLDER

    def _post_download_and_prepare_hook(self):
        """Delete the converted images."""
        shutil.rmtree(self.read_folder, ignore_errors=True)

    def _nothing(self):
        sources = ", ".join(map(str, self.builder_config.sources))
        if not self.skipped:
            return f"no usable picture in {sources}: it holds none (png, jpeg, bmp, gif, webp)"
        first, count = self.skipped[0], len(self.skipped)
        files = "1 file" if count == 1 else f"{count} files"
        return f"no usable picture in {sources}; {files} skipped, first {first.file}: " + (
            first.reason
        )

    def _report(self, plan):
        counts = {split: Counter(p.label for p in plan[split].values()) for split in SPLITS}
        return Report(
            builder=self.name,
            sample_rate=None,
            samples=None,
            splits={
                split: {label: Share(n, n, 0.0) for label, n in sorted(labels.items())}
                for split, labels in counts.items()
            },
            skipped=sorted(self.skipped, key=lambda skipped: skipped.file),
            notices=self.notices,
            ignored=self.ignored,
            image_shape=self.image_shape,
        )


def _without_time(error):
    """Return the message without its advice to split audio files in time."""
    return str(error).split(", or cut each file")[0]
