"""Synthetic sounds of five families, for examples and tests without a download."""

from tfaudiogen.datasets.sinewave.sinewave_dataset_builder import Builder, Config
from tfaudiogen.datasets.sinewave.synthesis import FAMILIES, synthesise

__all__ = ["FAMILIES", "Builder", "Config", "synthesise"]
