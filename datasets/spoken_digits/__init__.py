"""Spoken digits in the layout of the Free Spoken Digit Dataset."""

from tfaudiogen.datasets.spoken_digits.spoken_digits_dataset_builder import (
    Builder,
    Config,
    digit_of,
    fits,
)

__all__ = ["Builder", "Config", "digit_of", "fits"]
