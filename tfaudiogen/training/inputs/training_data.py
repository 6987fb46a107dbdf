"""Batches of a run for its devices, and single examples for callbacks."""

import dataclasses

from tfaudiogen.data import Augmentation, load_dataset
from tfaudiogen.data.pipeline.replicas import Replicas


def representation_of(model):
    """Return what the data of a model are given as: of one that translates, its sounds."""
    return getattr(model, "sounds", model.spectrogram)


def augmentation_of(fit):
    """Return the `Augmentation` of a preset's "fit" section, or None.

    Raises:
        ValueError: what it asks for is no such change, or out of its range.
    """
    changes = fit.get("augment")
    if not changes:
        return None
    known = [field.name for field in dataclasses.fields(Augmentation)]
    if not isinstance(changes, dict) or not set(changes) <= set(known):
        raise ValueError(
            f"augment must be null or an object of {', '.join(known)}; received {changes!r}"
        )
    return Augmentation(**changes)


class TrainingData:
    """Batches of a prepared data set, as a training with given devices needs them.

    Args:
        folder: the data set.
        spectrogram: of the model.
        batch_size: examples of a step over all devices.
        seed: of the order.
        cache: whether to keep computed spectrograms below the data.
        audio: whether batches hold the waveforms.
        told: what batches hold besides; see `load_dataset`.
        augment: the `Augmentation` of the sounds of training, or None.
    """

    def __init__(
        self, folder, spectrogram, batch_size, seed, cache, audio=False, told=None, augment=None
    ):
        self.folder, self.spectrogram, self.audio = folder, spectrogram, audio
        self.told, self.augment = told, augment
        self.batch_size, self.seed, self.cache = batch_size, seed, cache

    def training(self, strategy, first_step):
        """Return the endless batches from a step on, for `fit` under a strategy."""
        options = {"repeat": True, "first_step": first_step}
        if self.augment:  # No spectrogram comes twice.
            options |= {"augment": self.augment, "cache": False}
        return self._for(strategy, "train", **options)

    def validation(self, strategy):
        """Return the validation split over and over, for `fit` under a strategy.

        Keras cannot tell where a distributed dataset ends: give it `validation_steps`.
        """
        return self._for(strategy, "validation", shuffle=False, repeat=True)

    def _for(self, strategy, split, **options):
        if strategy.num_replicas_in_sync == 1:
            return self.batches(split, **options)
        # Each machine reads what its own devices need, and nothing else.
        return strategy.distribute_datasets_from_function(
            lambda context: self.batches(split, replicas=Replicas.of(context), **options)
        )

    def batches(self, split, batch_size=None, cache=None, **options):
        """Return whole batches, for this machine alone."""
        return load_dataset(
            self.folder,
            self.spectrogram,
            split,
            batch_size or self.batch_size,
            seed=self.seed,
            cache=self.cache if cache is None else cache,
            audio=self.audio,
            told=self.told,
            **options,
        )

    def image(self, split, example):
        """Return the image [1, T, F, 1] of one example, computed anew."""
        stream = self.batches(
            split, batch_size=1, cache=False, shuffle=False, repeat=True, first_step=example
        )
        return next(iter(stream.take(1)))["image"].numpy()
