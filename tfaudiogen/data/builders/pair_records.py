"""The base class of builders of audio-image pairs."""

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from tfaudiogen.data.builders.folder import FolderBuilder, FolderConfig
from tfaudiogen.data.builders.image_records import PictureBuilder, PictureConfig
from tfaudiogen.data.pipeline.storage import PICTURES
from tfaudiogen.data.report import shape_in_words
from tfaudiogen.data.splits import SPLITS
from tfaudiogen.disk.errors import NothingUsable


@dataclasses.dataclass(eq=False)
class PairConfig(FolderConfig):
    """Which audio and image files are read, and how.

    Attributes:
        image_shape: (H, W, C) of the stored images; None for the builder's default.
        pictures: folder of the images; None for the sources.
    """

    image_shape: tuple | None = None


class PairBuilder(FolderBuilder, skip_registration=True):
    """Base class of builders that store audio windows with the indices of their images.

    The images are a separate data set in the subfolder `pictures`, so that each is stored once
    even if many windows and sounds share it. The index of an image counts through its splits
    train, validation and test in turn. An image is in the split of its sounds. If these are in
    several splits, the hash of its name decides between train and validation.

    A subclass defines `partners`.
    """

    IMAGE_SHAPE = (64, 64, 3)
    EXTRA_FEATURES = {
        **FolderBuilder.EXTRA_FEATURES,
        "pictures": tfds.features.Sequence(np.int64),
    }

    @property
    def image_shape(self):
        """(H, W, C) of the images."""
        return tuple(self.builder_config.image_shape or self.IMAGE_SHAPE)

    def metadata(self):
        """Return the sample rate and the shape of the images."""
        return {**super().metadata(), "picture_shape": list(self.image_shape)}

    def partners(self, sounds):
        """Return {name of a sound: names of its images} and the list of `Picture`s.

        Args:
            sounds: {split: list of `Recording`s}.
        """
        raise NotImplementedError(f"{type(self).__name__} must define partners")

    def _plan(self, recordings):
        plan = super()._plan(recordings)
        sounds = {split: [recording for recording, _ in plan[split]] for split in SPLITS}
        partners, pictures = self.partners(sounds)
        users = _users(sounds, partners)
        conditioning = self._conditioning.shared(_sounds_of(partners))
        used = [
            _assigned(one, users[one.name], conditioning) for one in pictures if one.name in users
        ]
        indices = self._store(used)
        self._places = {
            name: [indices[picture] for picture in several] for name, several in partners.items()
        }
        self._picture_notices = self._notices_of_pictures(used, users)
        return plan

    def _store(self, pictures):
        """Write the data set of the images; return {name of an image: its index}."""
        config = self.builder_config
        store = PictureStore(
            data_dir=self._read_folder / "store",
            config=PictureConfig(
                licence=config.licence, progress=config.progress, image_shape=self.image_shape
            ),
        )
        store.chosen = pictures
        try:
            store.download_and_prepare()
        except NothingUsable as error:
            raise NothingUsable(
                f"train, validation and test need a picture each; received {len(pictures)}",
                self._skipped,
            ) from error
        Path(store.data_dir).rename(Path(self.data_path) / PICTURES)
        return store.indices

    def _extra(self, name):
        return {**super()._extra(name), "pictures": self._places[name]}

    def _report(self, recordings, plan, found):
        report = super()._report(recordings, plan, found)
        report.notices = [*self._picture_notices, *report.notices]
        return report

    def _notices_of_pictures(self, pictures, users):
        sharing = Counter(len(splits) > 1 for splits in users.values())
        yield f"{len(pictures)} pictures, {shape_in_words(self.image_shape)}"
        if sharing[True]:
            yield (
                f"{sharing[True]} of the pictures belong to sounds of several splits: what is "
                "measured on test is not about pictures that are new to the model"
            )


class PictureStore(PictureBuilder, skip_registration=True):
    """Builder of the data set of the images of pairs.

    Set `chosen` to the list of `Picture`s before building. Building sets `indices`, which maps the
    name of an image to its index.
    """

    name = "paired_pictures"
    DESCRIPTION = "Pictures that belong to sounds."

    def pictures(self, workers):
        """Return `chosen`."""
        del workers
        self.indices = {}
        return self.chosen

    def _shards(self, split, parts, count):
        shards = super()._shards(split, parts, count)
        for name in (picture.name for shard in shards for picture in shard.parts):
            self.indices[name] = len(self.indices)
        return shards


def _users(sounds, partners):
    """Return {name of an image: {split: label of one of its sounds in that split}}."""
    users = {}
    for split, recordings in sounds.items():
        for recording in recordings:
            for name in partners[recording.name]:
                users.setdefault(name, {}).setdefault(split, recording.label)
    return users


def _sounds_of(partners):
    """Invert {name of a sound: names of its images} to {name of an image: names of its sounds}."""
    found = {}
    for sound, pictures in sorted(partners.items()):
        for name in pictures:
            found.setdefault(name, []).append(sound)
    return found


def _assigned(picture, users, conditioning):
    """Return an image with conditioning, label and, if it is unique, split of its sounds."""
    split, label = next(iter(users.items()))
    captions, vectors = conditioning.captions[picture.name], conditioning.vectors[picture.name]
    return dataclasses.replace(
        picture,
        label=label,
        split=split if len(users) == 1 else None,
        captions=captions,
        vectors=vectors,
    )
