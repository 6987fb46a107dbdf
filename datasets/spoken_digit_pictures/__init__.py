"""Spoken digits paired at random with handwritten images of the same digit."""

from tfaudiogen.datasets.spoken_digit_pictures.spoken_digit_pictures_dataset_builder import (
    Builder,
    Config,
    fits,
)

__all__ = ["Builder", "Config", "fits"]
