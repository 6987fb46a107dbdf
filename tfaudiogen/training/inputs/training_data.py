"""Batches of a run for its strategy, and single examples for callbacks."""

import dataclasses

from tfaudiogen.data import Augmentation, load_dataset
from tfaudiogen.data.pipeline.replicas import Replicas


def representation_of(model):
    """Return the representation to load the data of a model with (`sounds` of a translator)."""
    return getattr(model, "sounds", model.representation)


def augmentation_of(fit):
    """Return the `Augmentation` of a preset's "fit" section, or None.

    Raises:
        ValueError: an augmentation is unknown or out of its range.
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
    """Batches of a prepared data set for training under a distribution strategy.

    Args:
        folder: folder of the data set.
        spectrogram: the representation of the model, `Spectrogram` or `Pictures`.
        batch_size: examples per step over all devices.
        seed: seed of the order.
        cache: whether to store computed spectrograms below the data.
        audio: whether batches include the waveforms.
        conditioning: the conditioning that batches include; see `load_dataset`.
        augment: the `Augmentation` of the training audio, or None.
    """

    def __init__(
        self,
        folder,
        spectrogram,
        batch_size,
        seed,
        cache,
        audio=False,
        conditioning=None,
        augment=None,
    ):
        self.folder, self.spectrogram, self.audio = folder, spectrogram, audio
        self.conditioning, self.augment = conditioning, augment
        self.batch_size, self.seed, self.cache = batch_size, seed, cache

    def training(self, strategy, first_step):
        """Return endless training batches from `first_step` on, for `fit` under a strategy."""
        options = {"repeat": True, "first_step": first_step}
        if self.augment:  # no spectrogram occurs twice
            options |= {"augment": self.augment, "cache": False}
        return self._for(strategy, "train", **options)

    def validation(self, strategy):
        """Return the validation split, repeated endlessly, for `fit` under a strategy.

        Keras cannot detect the end of a distributed dataset, so pass it `validation_steps`.
        """
        return self._for(strategy, "validation", shuffle=False, repeat=True)

    def _for(self, strategy, split, **options):
        if strategy.num_replicas_in_sync == 1:
            return self.batches(split, **options)
        # Each machine reads only the data of its own devices.
        return strategy.distribute_datasets_from_function(
            lambda context: self.batches(split, replicas=Replicas.of(context), **options)
        )

    def batches(self, split, batch_size=None, cache=None, **options):
        """Return batches that are not distributed."""
        return load_dataset(
            self.folder,
            self.spectrogram,
            split,
            batch_size or self.batch_size,
            seed=self.seed,
            cache=self.cache if cache is None else cache,
            audio=self.audio,
            conditioning=self.conditioning,
            **options,
        )

    def image(self, split, example):
        """Return the image or spectrogram of one example, [1, T, F, C], without the cache."""
        stream = self.batches(
            split, batch_size=1, cache=False, shuffle=False, repeat=True, first_step=example
        )
        return next(iter(stream.take(1)))["image"].numpy()
