"""Any folder of audio files as a TFDS data set."""

import dataclasses

from tfaudiogen.data.builders.folder import FolderBuilder, FolderConfig


@dataclasses.dataclass(eq=False)
class Config(FolderConfig):
    """Which files are read, and how; see `FolderConfig`."""


class Builder(FolderBuilder):
    """Windows of every file that libsndfile reads; the label is the sub-folder.

    Splits are by source file. Pictures are matched by the stem of the file name.
    """

    name = "audio_folder"
    # `tfds build --config` asks for one, to see what class it has.
    BUILDER_CONFIGS = [Config(name="empty")]
    DESCRIPTION = "Windows of the audio files of a folder, labelled by sub-folder."
