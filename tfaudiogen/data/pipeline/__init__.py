"""From a prepared data set to batches: storage, order, cache, augmentation."""
