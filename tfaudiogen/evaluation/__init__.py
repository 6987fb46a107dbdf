"""Figures of a trained model on a split of a data set: one protocol for every model."""
