"""Any folder of audio files as a TFDS data set."""

import dataclasses

from tfaudiogen.data.builders.folder import FolderBuilder, FolderConfig


@dataclasses.dataclass(eq=False)
class Config(FolderConfig):
    """Which files are read, and how; see `FolderConfig`."""


class Builder(FolderBuilder):
    """Windows of every file that libsndfile can read; the label is the sub-folder.

    Splits are by source file. Images are matched by the stem of the file name.
    """

    name = "audio_folder"
    # `tfds build --config` needs one to find the class of the configuration.
    BUILDER_CONFIGS = [Config(name="empty")]
    DESCRIPTION = "Windows of the audio files of a folder, labelled by sub-folder."
