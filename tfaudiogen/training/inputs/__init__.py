"""Batches of a training for its devices."""
