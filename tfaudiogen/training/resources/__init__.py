"""Chooses devices and batch sizes for training, and measures memory."""
