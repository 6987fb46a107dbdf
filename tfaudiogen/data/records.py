"""What one stored example holds, and the builder class that all data sets share."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds
from tensorflow_datasets.core import shuffle
from tqdm import tqdm

# TFDS sorts examples by a hash of their key. It does so in memory up to this many bytes and on
# disk beyond; its own default of a gigabyte is more than small machines can spare.
shuffle.MAX_MEM_BUFFER_SIZE = 128 * 2**20


@dataclasses.dataclass(eq=False)
class RecordConfig(tfds.core.BuilderConfig):
    """Geometry of the stored windows.

    Attributes:
        sample_rate: Hz.
        samples: samples of a window.
        licence: of the audio; None for what the data set itself states.
        progress: show progress bars.
    """

    name: str = "default"
    sample_rate: int = 22050
    samples: int = 131072
    licence: str | None = None
    progress: bool = True


class LocalInfo(tfds.core.DatasetInfo):
    """Description of a data set that only this machine has: nothing is looked up elsewhere."""

    def initialize_from_bucket(self):
        """Do nothing; TFDS would ask its public catalogue, and wait for it when offline."""


class RecordBuilder(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Base of the builders: raw 16-bit windows of one length, with where they come from.

    A subclass gives `_split_generators`, sets the class names there, and leaves a `Report` in
    `report`.
    """

    VERSION = tfds.core.Version("1.0.0")
    DESCRIPTION = ""
    LICENCE = None
    EXTRA_FEATURES = {}
    # Nothing is downloaded, so there are no checksums for TFDS to look up.
    url_infos = {}
    report = None

    def _info(self):
        config = self.builder_config
        return LocalInfo(
            builder=self,
            description=self.DESCRIPTION,
            features=record_features(config.samples, self.EXTRA_FEATURES),
            metadata=tfds.core.MetadataDict(sample_rate=config.sample_rate),
            license=config.licence or self.LICENCE,
        )

    def _with_progress(self, items, description, unit):
        return tqdm(items, desc=description, unit=unit, disable=not self.builder_config.progress)


def record_features(samples, extra=None):
    """Return the TFDS features of one window.

    `audio` is int16 [samples], zero after `length`; `start` counts samples from the beginning of
    the file `source` (TFDS stores floats in 32 bits, too few for the times in a long file);
    `picture` is an encoded image, empty where there is none.
    """
    return tfds.features.FeaturesDict(
        {
            "audio": tfds.features.Tensor(shape=(samples,), dtype=np.int16, encoding="bytes"),
            "length": np.int64,
            "label": tfds.features.ClassLabel(),
            "source": tfds.features.Text(),
            "start": np.int64,
            "picture": tfds.features.Tensor(shape=(), dtype=np.object_),
            **(extra or {}),
        }
    )


def record(window, samples, **features):
    """Return one example: int16 `window` of at most `samples`, padded with zeros."""
    audio = np.zeros(samples, np.int16)
    audio[: len(window)] = window
    return {"audio": audio, "length": len(window), "picture": b"", **features}
