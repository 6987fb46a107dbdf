"""Small coloured pictures in the binary files of CIFAR-10."""

from tfaudiogen.datasets.cifar10.cifar10_dataset_builder import Builder, Config, fits

__all__ = ["Builder", "Config", "fits"]
