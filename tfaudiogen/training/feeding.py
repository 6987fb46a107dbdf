"""The data of a run: batches for the devices, and single examples to look at."""

from tfaudiogen.data import load_dataset
from tfaudiogen.data.replicas import Replicas


def representation_of(model):
    """Return what the data of a model are given as: of one that translates, its sounds."""
    return getattr(model, "sounds", model.spectrogram)


class Feed:
    """Batches of a prepared data set, as a training with given devices needs them.

    Args:
        folder: the data set.
        spectrogram: of the model.
        batch_size: examples of a step over all devices.
        seed: of the order.
        cache: whether to keep computed spectrograms below the data.
        audio: whether batches hold the waveforms.
        told: what batches hold besides; see `load_dataset`.
    """

    def __init__(self, folder, spectrogram, batch_size, seed, cache, audio=False, told=None):
        self.folder, self.spectrogram, self.audio = folder, spectrogram, audio
        self.told = told
        self.batch_size, self.seed, self.cache = batch_size, seed, cache

    def training(self, strategy, first_step):
        """Return the endless batches from a step on, for `fit` under a strategy."""
        return self._for(strategy, "train", repeat=True, first_step=first_step)

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
