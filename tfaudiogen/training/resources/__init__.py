"""Devices, memory and batch sizes of a training."""
