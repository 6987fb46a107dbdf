"""The base class of builders that read folders of audio files."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np

from tfaudiogen.data.builders.conversion import READ_FOLDER, Recording, convert
from tfaudiogen.data.builders.records import RecordBuilder, RecordConfig, record
from tfaudiogen.data.report import Report, Share
from tfaudiogen.data.sources.conditions import SOUND_FEATURES, Conditioning
from tfaudiogen.data.sources.files import find_files
from tfaudiogen.data.sources.image_matching import match_pictures
from tfaudiogen.data.sources.labels import apply_labels, labels_from_names
from tfaudiogen.data.sources.notices import notices_of
from tfaudiogen.data.splits import SPLITS, split_names, split_windows
from tfaudiogen.disk.errors import NothingUsable, ReadError, Unusable
from tfaudiogen.disk.opening import open_regular
from tfaudiogen.disk.tries import patiently


@dataclasses.dataclass(eq=False)
class FolderConfig(RecordConfig):
    """Which audio files are read, and how.

    Attributes:
        sources: folders (or single files).
        channel: "mix", "left" or "right", for files with several channels.
        labels_csv: CSV file with the columns file and label, and optionally caption; None to use
            the name of the sub-folder as label.
        label_pattern: regular expression whose groups match the label in the file name, or None;
            see `labels_from_names`.
        pictures: folder of images; None to search beside the audio.
        embeddings: folder of `.npy` embeddings, matched to the audio by file name, or None.
        split_by_time: split each file in time instead of assigning it to one split.
    """

    sources: tuple = ()
    channel: str = "mix"
    labels_csv: str | None = None
    label_pattern: str | None = None
    pictures: str | None = None
    embeddings: str | None = None
    split_by_time: bool = False


@dataclasses.dataclass(frozen=True)
class Window:
    """A window of a recording; `extra` holds the values of the builder's additional features."""

    recording: Recording
    start: int
    samples: int
    extra: dict

    def example(self):
        """Return the example to store."""
        recording = self.recording
        length = min(self.samples, recording.reading.samples - self.start)
        offset = recording.offset + 2 * self.start
        return record(
            np.fromfile(recording.sound, "<i2", length, offset=offset),
            self.samples,
            label=recording.label,
            source=recording.name,
            start=self.start,
            picture=_bytes_of(recording.picture) if recording.picture else b"",
            **self.extra,
        )


class FolderBuilder(RecordBuilder, skip_registration=True):
    """Base class of builders that read folders of audio files.

    Each file is converted once, into a temporary folder beside the data set.
    """

    EXTRA_FEATURES = SOUND_FEATURES

    def plan(self, workers):
        """Convert the files and return {split: {key: Window}}."""
        found = find_files(self.builder_config.sources)
        self._skipped = []
        files = self._with_conditioning(self._labelled(found))
        recordings = self._recordings(files, self._pictures(found), workers)
        plan = self._plan(recordings)
        self.name_classes(recording.label for recording in recordings)
        self.report = self._report(recordings, plan, found)
        return {split: dict(self._windows(plan[split])) for split in SPLITS}

    def _post_download_and_prepare_hook(self):
        """Delete the converted files."""
        shutil.rmtree(self._read_folder, ignore_errors=True)

    @property
    def _read_folder(self):
        # Not in the data set's folder, which has a changing temporary name until it is finished.
        return Path(self.data_path).parent / READ_FOLDER

    def _windows(self, parts):
        samples = self.builder_config.samples
        for recording, windows in parts:
            extra = self._extra(recording.name)
            for start in (window * samples for window in windows):
                yield f"{recording.name}@{start}", Window(recording, start, samples, extra)

    def _extra(self, name):
        """Return the values of `EXTRA_FEATURES` for a file."""
        return self._conditioning.of_sound(name)

    def _with_conditioning(self, files):
        """Load the conditioning and return the files that have it; add the others to `_skipped`."""
        self._conditioning, files, skipped = Conditioning.of(files, self.builder_config.embeddings)
        self._skipped += skipped
        self.info.metadata.update(self._conditioning.metadata())
        return files

    def _labelled(self, found):
        """Return the audio files with their labels; add those without to `_skipped`."""
        config = self.builder_config
        if config.label_pattern is not None and found.audio:
            return labels_from_names(config.label_pattern, found.audio)
        if config.labels_csv is None:
            return found.audio
        files, skipped = apply_labels(config.labels_csv, found.audio)
        self._skipped += skipped
        return files

    def _pictures(self, found):
        folder = self.builder_config.pictures
        pictures = find_files([folder]).pictures if folder else found.pictures
        matched, skipped = match_pictures(found.audio, pictures)
        self._skipped += skipped
        return matched

    def _recordings(self, files, pictures, workers):
        config = self.builder_config
        self._read_folder.mkdir(exist_ok=True)
        settings = (config.sample_rate, config.channel)
        recordings, skipped = convert(files, self._read_folder, *settings, workers, config.progress)
        self._skipped += skipped
        if not recordings:
            raise NothingUsable(_nothing(config.sources, self._skipped), self._skipped)
        return [
            dataclasses.replace(recording, picture=pictures.get(recording.name))
            for recording in recordings
        ]

    def _fixed_splits(self, names):
        """Return {name: split} of the files with an official split."""
        del names
        return {}

    def _plan(self, recordings):
        """Return {split: [(recording, window indices)]}."""
        plan = {split: [] for split in SPLITS}
        splits = self._window_splits(recordings)
        for recording in recordings:
            for split in SPLITS:
                windows = [n for n, own in enumerate(splits[recording.name]) if own == split]
                if windows:
                    plan[split].append((recording, windows))
        if not all(plan.values()):
            raise NothingUsable(
                "no file is long enough to be cut into train, validation and test: at least one "
                "needs three windows; choose shorter windows or add files",
                self._skipped,
            )
        return plan

    def _window_splits(self, recordings):
        samples = self.builder_config.samples
        counts = {recording.name: recording.windows(samples) for recording in recordings}
        if self.builder_config.split_by_time:
            return {name: split_windows(count) for name, count in counts.items()}
        try:
            splits = split_names(counts, self._fixed_splits(counts))
        except ValueError as error:
            raise NothingUsable(str(error), self._skipped) from error
        return {name: [splits[name]] * count for name, count in counts.items()}

    def _report(self, recordings, plan, found):
        config = self.builder_config
        return Report(
            builder=self.name,
            sample_rate=config.sample_rate,
            samples=config.samples,
            splits={split: _shares(plan[split], config) for split in SPLITS},
            skipped=sorted(self._skipped, key=lambda skipped: skipped.file),
            notices=[
                *notices_of(recordings, config),
                *_unlearned(plan),
                *self._conditioning.notices([recording.name for recording in recordings]),
            ],
            ignored=found.ignored,
        )


def _bytes_of(path):
    def read():
        with open_regular(path) as file:
            return file.read()

    try:
        return patiently(str(path), read)
    except Unusable as error:  # the file was usable when it was checked first
        raise ReadError({str(path): str(error)}) from error


def _shares(parts, config):
    shares = {}
    for recording, windows in parts:
        last = min(recording.reading.samples, (windows[-1] + 1) * config.samples)
        minutes = (last - windows[0] * config.samples) / config.sample_rate / 60
        old = shares.get(recording.label, Share(0, 0, 0.0))
        shares[recording.label] = Share(
            old.files + 1, old.windows + len(windows), old.minutes + minutes
        )
    return dict(sorted(shares.items()))


def _unlearned(plan):
    """Return a notice about labels that have no training file."""
    labels = {split: {recording.label for recording, _ in plan[split]} for split in SPLITS}
    missing = sorted(set.union(*labels.values()) - labels["train"])
    return [f"no file of these labels is in train: {', '.join(missing)}"] if missing else []


def _nothing(sources, skipped):
    message = f"no usable audio in {', '.join(map(str, sources))}"
    if skipped:
        count = "1 file" if len(skipped) == 1 else f"{len(skipped)} files"
        return f"{message}; {count} skipped, first {skipped[0].file}: {skipped[0].reason}"
    return f"{message}: it holds no file of audio (wav, flac, ogg, mp3, aiff ...)"
