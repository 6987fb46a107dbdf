"""Embeds sounds of any length and pictures."""

import numpy as np

from tfaudiogen.models.modalities.audio import AudioModality
from tfaudiogen.models.modalities.conditions import VectorModality
from tfaudiogen.models.modalities.image import ImageModality
from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.probability.distributions import quantize


class Embedding:
    """`embed_sounds`, `embed_vectors` and `embed_pictures` of an `AudioImageEmbedder`."""

    def embed_sounds(self, waveforms):
        """Return the embeddings of sounds of any length.

        A sound longer than a window is cut into windows, the last one followed by silence, whose
        embeddings are averaged, weighted by how much of the sound each holds.

        Args:
            waveforms: float32 [N] or [B, N] at the sample rate of the spectrogram.

        Returns:
            float32 [B, E] of length 1; [E] for a single sound.
        """
        batch, single = AudioModality(self.spectrogram).batch(waveforms)
        found = np.stack([self._embed_sound(sound) for sound in batch])
        return found[0] if single else found

    def _embed_sound(self, sound):
        window = self.spectrogram.samples
        windows = -(-len(sound) // window)
        padded = np.pad(sound, (0, windows * window - len(sound))).reshape(windows, window)
        held = np.minimum(len(sound) - window * np.arange(windows), window)
        vectors = in_batches(lambda part: self.embed_images(self.spectrogram(part)), padded)
        return _direction(held @ vectors.numpy().astype(np.float64))

    def embed_pictures(self, pictures):
        """Return the embeddings of pictures.

        Args:
            pictures: float32 [H, W, C] or [B, H, W, C] in [0, 1], of the model's size.

        Returns:
            float32 [B, E] of length 1; [E] for a single picture.
        """
        batch, single = ImageModality(self.pictures).batch(pictures)
        found = in_batches(lambda part: self.picture_tower(part), batch).numpy()
        return found[0] if single else found

    def embed_vectors(self, vectors):
        """Return the embeddings, float32 [B, E] or [E], of vectors from elsewhere, [B, V] or [V].

        Raises:
            ValueError: the model has sounds in their place, or the vectors do not fit.
        """
        if self.told is None:
            raise ValueError("vectors are for a model of embeddings from elsewhere: give sounds")
        batch, single = VectorModality(self.told).batch(vectors)
        found = in_batches(lambda part: self.sound_tower(part), batch).numpy()
        return found[0] if single else found

    def embed_images(self, images):
        """Return the embeddings [B, E] of spectrogram images [B, T, F, 1] of one window each."""
        return self.sound_tower(quantize(images))


def _direction(vector):
    """Return the vector with length 1; a vector of zeros as it is."""
    return (vector / max(np.linalg.norm(vector), 1e-12)).astype(np.float32)
