"""Spoken digits with handwritten ones, paired at random by digit."""

from tfaudiogen.datasets.spoken_digit_pictures.spoken_digit_pictures_dataset_builder import (
    Builder,
    Config,
    fits,
)

__all__ = ["Builder", "Config", "fits"]
