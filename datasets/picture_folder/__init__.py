"""Any folder of images as a TFDS data set."""

from tfaudiogen.datasets.picture_folder.picture_folder_dataset_builder import Builder, Config

__all__ = ["Builder", "Config"]
