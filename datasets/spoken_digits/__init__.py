"""Spoken digits in the layout of the Free Spoken Digit Dataset."""

from tfaudiogen.datasets.spoken_digits.spoken_digits_dataset_builder import Builder, Config, fits

__all__ = ["Builder", "Config", "fits"]
