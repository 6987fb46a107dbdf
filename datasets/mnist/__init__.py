"""MNIST: handwritten digits, from its idx files."""

from tfaudiogen.datasets.mnist.mnist_dataset_builder import Builder, Config, fits, read_parts

__all__ = ["Builder", "Config", "fits", "read_parts"]
