"""Loads prepared data sets: storage, order, cache, augmentation, batches."""
