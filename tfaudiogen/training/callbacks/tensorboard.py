"""A callback that writes TensorBoard logs and does not need TensorBoard installed."""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.probability import noise
from tfaudiogen.training.callbacks import summaries

SHOWN = "shown"
_OFTEN, _EVERY = 8, 10
_GAP = 4


class TensorBoardLogger(keras.callbacks.Callback):
    """Logs the metrics of each epoch, and images and sounds after some epochs.

    After each epoch it logs histograms: for models with a Gaussian posterior, the posterior means
    of validation examples and the KL divergence of each latent dimension; for models with codes,
    how often training used each code of a level. After epochs 1, 2, 4, 8 and every tenth it also
    logs a few validation examples beside their reconstructions and as many samples, as images
    and, for audio models, as sounds; the KL divergence of each dimension as bars; and all
    posterior means with their labels in the embedding projector.

    Args:
        folder: folder for the event files.
        images: [B, T, F, C] in [0, 1], the validation examples to show; None for none.
        figures: the `EpochMetrics` callback that provides `latents`; it must come earlier in the
            list of callbacks. None for no latents.
        draws: function from the model to further contents for `summaries.of_contents`, called
            after the same epochs as the samples; None for none.
        kept: folder for PNG and WAV files of the latest images and sounds; None for none.
    """

    def __init__(self, folder, images, figures=None, draws=None, kept=None):
        super().__init__()
        self.images = None if images is None else np.asarray(images)
        self.figures, self.draws, self.kept = figures, draws, kept
        self.folder, self._writer, self._usage = folder, None, []

    def on_test_begin(self, logs=None):
        """Save the codebook usage of training, which validation replaces."""
        if hasattr(self.model, "code_usage"):
            self._usage = self.model.code_usage()

    def on_epoch_end(self, epoch, logs=None):
        """Write the summaries of this epoch."""
        values = summaries.scalars(logs)
        pictured = is_pictured(epoch + 1)
        if pictured:
            with self.model.averaged():
                if self.images is not None:
                    values += self._reconstructions(first=epoch == 0)
                if self.images is not None and hasattr(self.model, "sample_images"):
                    values += self._samples()
                if self.draws:
                    values += summaries.of_contents(self.draws(self.model))
        values += [summaries.histogram(f"codes/use_{n}", one) for n, one in enumerate(self._usage)]
        if self.figures and self.figures.latents is not None:
            with self.model.averaged():
                values += self._latents(pictured)
        # Opened here, so that a run that has already finished writes no empty file.
        self._writer = self._writer or tf.summary.create_file_writer(str(self.folder))
        summaries.write(self._writer, values, epoch + 1)
        if self.kept:
            summaries.keep(self.kept, values)

    def _latents(self, pictured):
        latents = self.figures.latents
        divergences = latents.kl_per_dimension(self.model.prior)
        yield summaries.histogram("latent/mean", latents.means)
        yield summaries.histogram("latent/kl_per_dimension", divergences)
        if pictured:
            yield summaries.bars("latent/kl_of_each_dimension", divergences)
            latents.write_for_projector(self.folder, self.model.class_names)

    def _reconstructions(self, first):
        rebuilt = np.asarray(self.model.reconstruct_images(self.images))
        both = [_beside(*pair) for pair in zip(self.images, rebuilt, strict=True)]
        yield from self._pictures("reconstruction", both)
        yield from self._sounds("reconstruction", rebuilt)
        if first:
            yield from self._sounds("original", self.images)

    def _samples(self):
        images = np.asarray(self.model.sample_images(noise.key(0, len(self.images))))
        images = images[:, 0] if images.ndim == 5 else images  # drop the axis of windows
        yield from self._pictures("sample", images)
        yield from self._sounds("sample", images)

    def _pictures(self, name, images):
        sounds = self.model.representation.kind == "sounds"
        draw = summaries.spectrogram if sounds else summaries.picture
        return (draw(f"{name}/{i}", image) for i, image in enumerate(images))

    def _sounds(self, name, images):
        spectrogram = self.model.representation
        if spectrogram.kind != "sounds":
            return
        for i, waveform in enumerate(np.asarray(spectrogram.inverse(images))):
            yield summaries.sound(f"{name}/{i}", waveform, spectrogram.sample_rate)


def write_page(folder, figures, shown):
    """Write metrics, images and sounds of a trained model, as step 1.

    Args:
        folder: folder for the event file.
        figures: metrics, {name: float}.
        shown: see `summaries.of_contents`.
    """
    values = [*summaries.scalars(figures), *summaries.of_contents(shown)]
    summaries.write(tf.summary.create_file_writer(str(folder)), values, 1)


def is_pictured(epoch):
    """Return whether images are logged after this epoch (1-based): 1, 2, 4, 8, 10, 20, ..."""
    return epoch % _EVERY == 0 or (epoch <= _OFTEN and epoch & (epoch - 1) == 0)


def _beside(original, rebuilt):
    """Return one image [2 T + gap, F, C]: the original, a white gap, the reconstruction."""
    gap = np.ones((_GAP, *original.shape[1:]), original.dtype)
    return np.concatenate([original, gap, rebuilt])
