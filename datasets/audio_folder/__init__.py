"""Any folder of audio files as a TFDS data set."""

from tfaudiogen.datasets.audio_folder.audio_folder_dataset_builder import Builder, Config

__all__ = ["Builder", "Config"]
