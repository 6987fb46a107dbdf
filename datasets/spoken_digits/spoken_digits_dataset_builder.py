"""Spoken digits in the layout of the Free Spoken Digit Dataset."""

import dataclasses
import re

import tensorflow_datasets as tfds

from tfaudiogen.data.builders.folder import FolderBuilder, FolderConfig
from tfaudiogen.data.report import Skipped

_NAME = re.compile(
    r"(?:.*/)?(?P<digit>[0-9])_(?P<speaker>[^/_]+)_(?P<index>[0-9]+)\.\w+", re.DOTALL
)
_TEST_INDICES = range(5)


@dataclasses.dataclass(eq=False)
class Config(FolderConfig):
    """Which files are read, and how; see `FolderConfig`.

    Attributes:
        test_speaker: name of the speaker whose files are the test split; None for the official
            test split.
    """

    test_speaker: str | None = None


class Builder(FolderBuilder):
    """Windows of files named digit_speaker_index.wav, labelled by digit, with the speaker.

    A table or pattern replaces these labels: the pattern `([0-9])_([^_]+)_` gives 7_jackson_32.wav
    the label "7 jackson", of two words.

    Indices 0 to 4 of each digit and speaker are the official test split. With a `test_speaker`,
    the files of that speaker are the test split instead. A tenth of the other files, by hash of
    the name, is the validation split.
    """

    name = "spoken_digits"
    # `tfds build --config` needs one to find the class of the configuration.
    BUILDER_CONFIGS = [Config(name="empty")]
    DESCRIPTION = "Free Spoken Digit Dataset (Jakobovski/free-spoken-digit-dataset)."
    LICENCE = "CC BY-SA 4.0"
    EXTRA_FEATURES = {**FolderBuilder.EXTRA_FEATURES, "speaker": tfds.features.Text()}

    def _extra(self, name):
        return {**super()._extra(name), "speaker": _NAME.fullmatch(name)["speaker"]}

    def _labelled(self, found):
        reason = "its name is not digit_speaker_index, as in 7_jackson_32.wav"
        named = [(file, _NAME.fullmatch(file.name)) for file in found.audio]
        self._skipped += [Skipped(file.name, reason) for file, parts in named if not parts]
        digits = [dataclasses.replace(file, label=m["digit"]) for file, m in named if m]
        return super()._labelled(dataclasses.replace(found, audio=digits))

    def _fixed_splits(self, names):
        parts = {name: _NAME.fullmatch(name) for name in names}
        speaker = self.builder_config.test_speaker
        if speaker is None:
            return {n: "test" for n, part in parts.items() if int(part["index"]) in _TEST_INDICES}
        speakers = sorted({part["speaker"] for part in parts.values()})
        if speaker not in speakers:
            raise ValueError(
                f"test_speaker must be one of {', '.join(speakers)}; received {speaker!r}"
            )
        return {name: "test" for name, part in parts.items() if part["speaker"] == speaker}


def digit_of(name):
    """Return the digit, a str, of a file named digit_speaker_index."""
    return _NAME.fullmatch(name)["digit"]


def fits(files):
    """Return whether all of `files` are named digit_speaker_index."""
    return bool(files) and all(_NAME.fullmatch(file.name) for file in files)
