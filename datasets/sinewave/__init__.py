"""Synthesised sounds of five families, so that examples and tests need no download."""

from tfaudiogen.datasets.sinewave.sinewave_dataset_builder import Builder, Config
from tfaudiogen.datasets.sinewave.synthesis import FAMILIES, synthesise

__all__ = ["FAMILIES", "Builder", "Config", "synthesise"]
