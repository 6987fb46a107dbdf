"""Summaries of prepared data sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tfaudiogen.data.pipeline.storage import PICTURES, Records, open_builder
from tfaudiogen.data.report import REPORT_NAME, Report


class Origin(NamedTuple):
    """The source file of an example, and its start there in seconds (None for an image)."""

    file: str
    start: float | None


class Origins(Sequence):
    """The `Origin` of each example of a split by id, read on access."""

    def __init__(self, records, sample_rate):
        self._records = records
        self._sample_rate = sample_rate

    def __len__(self):
        return len(self._records)

    def __getitem__(self, index):
        example = self._records.example(range(len(self))[index])
        start = int(example["start"]) / self._sample_rate if "start" in example else None
        return Origin(example["source"].decode(), start)


@dataclass(frozen=True)
class DataSummary:
    """Properties of a prepared data set.

    Attributes:
        folder: folder of the data set.
        builder: name of the builder that wrote it.
        sample_rate: Hz; None for images.
        samples: samples of a window; None for images.
        class_names: name of each label.
        examples: {split: number of examples}.
        licence: licence of the data; None if unknown.
        image_shape: (H, W, C) of image data; None for audio.
        picture_shape: (H, W, C) of the images paired with the audio; None if there are none.
        caption_bytes: UTF-8 bytes of the longest caption; 0 if there are none.
        vector_size: dimension E of the external embeddings; 0 if there are none.
    """

    folder: Path
    builder: str
    sample_rate: int | None
    samples: int | None
    class_names: tuple[str, ...]
    examples: dict[str, int]
    licence: str | None
    image_shape: tuple[int, int, int] | None = None
    picture_shape: tuple[int, int, int] | None = None
    caption_bytes: int = 0
    vector_size: int = 0

    @property
    def kind(self):
        """ "pictures" or "sounds"; pairs are "sounds"."""
        return "pictures" if self.image_shape else "sounds"

    def of_kind(self, kind):
        """Return the summary of one modality: for pairs and "pictures", that of the images."""
        alone = kind == "pictures" and self.picture_shape
        return describe(self.folder / PICTURES) if alone else self

    def files(self, split):
        """Return the `Origins` of `split`: `files("train")[id]` is a (file, start) pair."""
        return Origins(Records(self.folder, split), self.sample_rate)

    def report(self):
        """Return the `Report` of the preparation of the data set."""
        return Report.load(self.folder)


def describe(data):
    """Returns the `DataSummary` of a folder that `prepare` wrote.

    Raises:
        ValueError: `data` is not a prepared data set.
    """
    folder = Path(data)
    if not (folder / REPORT_NAME).is_file():
        raise ValueError(
            f"data {str(folder)!r} is not a prepared data set (it has no {REPORT_NAME}): make one "
            "with `tfaudiogen prepare SOURCE --out DATA`"
        )
    info = open_builder(folder).info
    pictures, metadata = "image" in info.features, info.metadata or {}
    return DataSummary(
        folder=folder,
        builder=info.name,
        sample_rate=None if pictures else metadata["sample_rate"],
        samples=None if pictures else info.features["audio"].shape[0],
        class_names=tuple(info.features["label"].names),
        examples={name: split.num_examples for name, split in info.splits.items()},
        licence=info.redistribution_info.license or None,
        image_shape=info.features["image"].shape if pictures else None,
        picture_shape=tuple(metadata.get("picture_shape", ())) or None,
        caption_bytes=metadata.get("caption_bytes", 0),
        vector_size=metadata.get("vector_size", 0),
    )
