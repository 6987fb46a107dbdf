"""What one stored example holds, and the builder class that all data sets share."""

import dataclasses

import numpy as np
import tensorflow_datasets as tfds
from tensorflow_datasets.core.dataset_builder import FileReaderBuilder

from tfaudiogen.data import workers
from tfaudiogen.data.shards import Shard, shards_of


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


class RecordBuilder(FileReaderBuilder, skip_registration=True):
    """Base of the builders: raw 16-bit windows of one length, with where they come from.

    A subclass gives `plan`, sets the class names there, and leaves a `Report` in `report`, which
    is written beside the data. Files are read and shards are written on all cores, or on the
    workers of Apache Beam if the `DownloadConfig` names a runner or options.
    """

    VERSION = tfds.core.Version("1.0.0")
    DESCRIPTION = ""
    LICENCE = None
    EXTRA_FEATURES = {}
    # Nothing is downloaded, so there are no checksums for TFDS to look up.
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
        """Return {split: {key: part}}; the method `example` of a part returns its example.

        Args:
            workers: what has `run(function, items, size, **bar)`; see `tfaudiogen.data.workers`.
        """
        raise NotImplementedError(f"{type(self).__name__} must define plan")

    def _info(self):
        config = self.builder_config
        return LocalInfo(
            builder=self,
            description=self.DESCRIPTION,
            features=record_features(config.samples, self.EXTRA_FEATURES),
            metadata=tfds.core.MetadataDict(sample_rate=config.sample_rate),
            license=config.licence or self.LICENCE,
        )

    def _download_and_prepare(self, dl_manager, download_config=None):
        """Write the data set into the folder that TFDS has made for it."""
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
            unit=" windows",
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
            2 * self.builder_config.samples,
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
