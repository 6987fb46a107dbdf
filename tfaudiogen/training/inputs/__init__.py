"""Distributed batches for training."""
