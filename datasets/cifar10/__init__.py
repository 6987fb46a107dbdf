"""CIFAR-10: small colour images, from its binary files."""

from tfaudiogen.datasets.cifar10.cifar10_dataset_builder import Builder, Config, fits

__all__ = ["Builder", "Config", "fits"]
