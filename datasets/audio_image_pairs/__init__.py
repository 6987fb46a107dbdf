"""Audio-image pairs, matched by name or listed in a CSV file."""

from tfaudiogen.datasets.audio_image_pairs.audio_image_pairs_dataset_builder import Builder, Config

__all__ = ["Builder", "Config"]
