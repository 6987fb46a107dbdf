"""The `Report` of `prepare`: statistics of the data set, and files that were skipped."""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from tfaudiogen.data.splits import SPLITS
from tfaudiogen.validation import strict_json
from tfaudiogen.validation.schema import expect, expect_keys
from tfaudiogen.validation.text import visible

REPORT_NAME = "report.json"
# It may be large, since it lists every skipped file.
_MOST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Skipped:
    """A file that was not used, and the reason."""

    file: str
    reason: str


@dataclass(frozen=True)
class Share:
    """Size of one label in one split: files, windows (examples), minutes without padding.

    Images count as windows of 0 minutes, and each as a file, even if one file holds many.
    """

    files: int
    windows: int
    minutes: float


@dataclass
class Report:
    """The result of `prepare`.

    Attributes:
        builder: name of the builder.
        sample_rate: Hz; None for images.
        samples: samples of a window; None for images.
        splits: {split: {label: Share}}.
        skipped: files that were not used, each with the reason.
        notices: changes to files that were used (mixed down, gain reduced, truncated).
        ignored: files that are neither audio nor images; for image data, that are not images.
        image_shape: (H, W, C) of images; None for audio.
    """

    builder: str
    sample_rate: int | None
    samples: int | None
    splits: dict[str, dict[str, Share]]
    skipped: list[Skipped] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    image_shape: tuple[int, int, int] | None = None

    def __str__(self):
        return "\n".join(map(visible, [*self._totals(), *self._labels(), *self._remarks()]))

    def total(self, split):
        """Return the `Share` of all labels in `split`."""
        shares = self.splits[split].values()
        return Share(
            sum(share.files for share in shares),
            sum(share.windows for share in shares),
            sum(share.minutes for share in shares),
        )

    def save(self, folder):
        """Write `report.json` into `folder`."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (Path(folder) / REPORT_NAME).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder):
        """Return the report that `save` wrote into `folder`.

        Raises:
            ValueError: there is no report, or it is damaged.
        """
        path = Path(folder) / REPORT_NAME
        values = strict_json.read(path, _MOST_BYTES)
        try:
            return _report(cls, values)
        except ValueError as error:
            raise ValueError(f"{path} is damaged ({error}): prepare the data again") from error

    def _totals(self):
        return self._totals_of_pictures() if self.image_shape else self._totals_of_sounds()

    def _totals_of_pictures(self):
        yield f"one picture: {shape_in_words(self.image_shape)}"
        for split in SPLITS:
            yield f"{split:>10}: {self.total(split).windows} pictures"

    def _totals_of_sounds(self):
        seconds = self.samples / self.sample_rate
        yield f"one window: {seconds:.3f} s ({self.samples} samples at {self.sample_rate} Hz)"
        for split in SPLITS:
            share = self.total(split)
            yield (
                f"{split:>10}: {share.windows} windows of {share.files} files, "
                f"{share.minutes:.1f} minutes"
            )

    def _labels(self):
        for label in sorted(set().union(*self.splits.values())):
            windows = [self.splits[split].get(label, Share(0, 0, 0.0)).windows for split in SPLITS]
            unit = "pictures" if self.image_shape else "windows"
            yield f"     label: {label}: {' + '.join(map(str, windows))} {unit}"

    def _remarks(self):
        yield from (f"notice: {notice}" for notice in self.notices)
        if self.ignored:
            suffixes = Counter(Path(name).suffix.lower() or "no extension" for name in self.ignored)
            kinds = ", ".join(f"{count} {suffix}" for suffix, count in suffixes.most_common())
            what = "no pictures" if self.image_shape else "neither audio nor pictures"
            yield f"ignored, {what}: {kinds}"
        yield from (f"skipped: {skipped.file}: {skipped.reason}" for skipped in self.skipped)


def _report(kind, values):
    """Return a report from plain values; raise ValueError if they are invalid."""
    expect_keys(values, "it", ("builder", "splits"), {field.name for field in fields(kind)})
    for name in ("skipped", "notices", "ignored"):
        expect(isinstance(values.get(name, []), list), name, values.get(name))
    expect_keys(values["splits"], "splits", SPLITS)
    for split, shares in values["splits"].items():
        expect(isinstance(shares, dict), split, shares)
    skipped = [_of(Skipped, one, str) for one in values.get("skipped", [])]
    splits = {
        split: {label: _of(Share, one, int | float) for label, one in shares.items()}
        for split, shares in values["splits"].items()
    }
    return kind(**{**values, "skipped": skipped, "splits": splits})


def _of(kind, values, types):
    """Return a dataclass from plain values, all of one type."""
    expect_keys(values, kind.__name__.lower(), {field.name for field in fields(kind)})
    for name, value in values.items():
        expect(isinstance(value, types), name, value)
    return kind(**values)


def shape_in_words(image_shape):
    """Return "28 x 28, grey" for (28, 28, 1)."""
    height, width, channels = image_shape
    return f"{height} x {width}, {'grey' if channels == 1 else 'RGB'}"
