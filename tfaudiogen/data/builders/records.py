"""The base class of all builders, and of those of audio windows."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds
from tensorflow_datasets.core.dataset_builder import FileReaderBuilder

from tfaudiogen.data.builders import workers
from tfaudiogen.data.builders.shards import Shard, shards_of
from tfaudiogen.validation.text import collapsed


@dataclasses.dataclass(eq=False)
class StoreConfig(tfds.core.BuilderConfig):
    """The common configuration of all builders.

    Attributes:
        licence: licence of the data; None for the one that the builder states.
        progress: show progress bars.
    """

    name: str = "default"
    licence: str | None = None
    progress: bool = True


@dataclasses.dataclass(eq=False)
class RecordConfig(StoreConfig):
    """Geometry of the stored windows.

    Attributes:
        sample_rate: Hz.
        samples: samples of a window.
    """

    sample_rate: int = 22050
    samples: int = 131072


class LocalInfo(tfds.core.DatasetInfo):
    """Description of a local data set; nothing is looked up online."""

    def initialize_from_bucket(self):
        """Do nothing. TFDS would query its public catalogue, and hang when offline."""


class StoreBuilder(FileReaderBuilder, skip_registration=True):
    """Base class of all builders: examples of one size, with their source.

    A subclass defines `plan`, `features`, `metadata` and `example_bytes`. Its `plan` calls
    `name_classes` and sets `report` to the `Report`, which is written beside the data. Files are
    read and shards written on all cores, or by Apache Beam if the `DownloadConfig` names a runner
    or options.
    """

    VERSION = tfds.core.Version("1.0.0")
    DESCRIPTION = ""
    LICENCE = None
    UNIT = " examples"
    # Nothing is downloaded, so there are no checksums.
    url_infos = {}
    report = None

    def __init__(self, *, file_format=None, **kwargs):
        if file_format not in (None, "array_record", tfds.core.FileFormat.ARRAY_RECORD):
            raise ValueError(
                "file_format must be array_record, which is read in any order; received "
                f"{file_format!r}"
            )
        super().__init__(file_format="array_record", **kwargs)

    def plan(self, workers):
        """Return {split: {key: part}}, where `part.example()` returns the example to store.

        Args:
            workers: object with `run(function, items, size, **bar)`; see
                `tfaudiogen.data.builders.workers`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define plan")

    def features(self):
        """Return the `FeaturesDict` of an example."""
        raise NotImplementedError(f"{type(self).__name__} must define features")

    def metadata(self):
        """Return a dict of values that are common to all examples."""
        return {}

    def name_classes(self, labels):
        """Set the class names to the sorted, distinct labels.

        Raises:
            ValueError: a label would not survive in TFDS' file of labels, one per line.
        """
        names = sorted(set(labels))
        for name in names:
            if not name or name != collapsed(name):
                raise ValueError(
                    "label must be one line of text without white space at its ends, since classes "
                    f"are stored so; received {name!r}"
                )
        self.info.features["label"].names = names

    @property
    def example_bytes(self):
        """Bytes of an example."""
        raise NotImplementedError(f"{type(self).__name__} must define example_bytes")

    def _info(self):
        return LocalInfo(
            builder=self,
            description=self.DESCRIPTION,
            features=self.features(),
            metadata=tfds.core.MetadataDict(**self.metadata()),
            license=self.builder_config.licence or self.LICENCE,
        )

    def _download_and_prepare(self, dl_manager, download_config=None):
        """Write the data set to the folder that TFDS created."""
        del dl_manager
        download_config = download_config or tfds.download.DownloadConfig()
        hands = workers.of(download_config)
        shards = {
            split: self._shards(split, parts, download_config.num_shards)
            for split, parts in self.plan(hands).items()
        }
        hands.run(
            Shard.write,
            [shard for several in shards.values() for shard in several],
            size=lambda shard: len(shard.parts),
            desc="writing",
            unit=self.UNIT,
            disable=not self.builder_config.progress,
        )
        self.info.set_splits(
            tfds.core.SplitDict([self._split_info(*item) for item in shards.items()])
        )
        self.report.save(self.data_path)

    def _shards(self, split, parts, count):
        return shards_of(
            self._get_filename_template(split_name=split),
            parts,
            self.example_bytes,
            self.info.features,
            count,
        )

    def _split_info(self, split, shards):
        return tfds.core.SplitInfo(
            name=split,
            shard_lengths=[len(shard.parts) for shard in shards],
            num_bytes=sum(shard.path.stat().st_size for shard in shards),
            filename_template=self._get_filename_template(split_name=split),
        )


class RecordBuilder(StoreBuilder, skip_registration=True):
    """Base class of audio builders: raw 16-bit windows of one length."""

    UNIT = " windows"
    EXTRA_FEATURES = {}

    def features(self):
        """Return `record_features` with the additional features of the builder."""
        return record_features(self.builder_config.samples, self.EXTRA_FEATURES)

    def metadata(self):
        """Return the sample rate."""
        return {"sample_rate": self.builder_config.sample_rate}

    @property
    def example_bytes(self):
        """Size of a window, two bytes per sample."""
        return 2 * self.builder_config.samples


def record_features(samples, extra=None):
    """Return the TFDS features of one window.

    `audio` is int16 [samples], zero after `length`. `start` is the position in the file `source`
    in samples (seconds in TFDS' 32-bit floats would be too coarse for long files). `picture` is an
    encoded image, or empty.
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
    """Return one example: int16 `window` of at most `samples` samples, padded with zeros."""
    audio = np.zeros(samples, np.int16)
    audio[: len(window)] = window
    return {"audio": audio, "length": len(window), "picture": b"", **features}
