"""Summaries of prepared data sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tfaudiogen.data.builders.report import REPORT_NAME, Report
from tfaudiogen.data.pipeline.storage import PICTURES, Records, open_builder


class Origin(NamedTuple):
    """Where an example comes from: the file, and its start in seconds, None for a picture."""

    file: str
    start: float | None


class Origins(Sequence):
    """The `Origin` of each example of a split, by its id; read when asked for."""

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
    """A prepared data set.

    Attributes:
        folder: where it lies.
        builder: name of the builder that wrote it.
        sample_rate: Hz; None for pictures.
        samples: samples of a window; None for pictures.
        class_names: name of each label.
        examples: {split: number of windows}.
        licence: of the data, None where it is not known.
        image_shape: (H, W, C) of pictures; None for sounds.
        picture_shape: (H, W, C) of the pictures that sounds are paired with; None without.
        caption_bytes: of the longest caption, in UTF-8; 0 without captions.
        vector_size: E of the embeddings from elsewhere; 0 without.
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
        """ "pictures" or "sounds"; those of pairs are sounds."""
        return "pictures" if self.image_shape else "sounds"

    def of_kind(self, kind):
        """Return the summary of what is wanted: of pairs, the sounds, or the pictures alone."""
        alone = kind == "pictures" and self.picture_shape
        return describe(self.folder / PICTURES) if alone else self

    def files(self, split):
        """Return the `Origins` of `split`: `files("train")[id]` is a file and a start time."""
        return Origins(Records(self.folder, split), self.sample_rate)

    def report(self):
        """Return the `Report` that was written when the data set was prepared."""
        return Report.load(self.folder)


def describe(data):
    """Return the `DataSummary` of the folder `data` that `prepare` wrote.

    Raises:
        ValueError: `data` is not such a folder.
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
