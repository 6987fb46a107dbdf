"""`Embedding`: embeds audio of any length, images and vectors."""

import numpy as np

from tfaudiogen.models.modalities.audio import AudioModality
from tfaudiogen.models.modalities.conditions import VectorModality
from tfaudiogen.models.modalities.image import ImageModality
from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.probability.distributions import quantize


class Embedding:
    """Mixin of `AudioImageEmbedder`: `embed_sounds`, `embed_pictures` and `embed_vectors`."""

    def embed_sounds(self, waveforms):
        """Embeds audio of any length.

        Longer audio is split into windows without overlap, the last one padded with silence. Their
        embeddings are averaged, weighted by the length of audio in each, and normalized.

        Args:
            waveforms: float32 [N] or [B, N] at the sample rate of the spectrogram.

        Returns:
            Unit vectors float32 [B, E], or [E] for a single waveform.
        """
        batch, single = AudioModality(self.representation).batch(waveforms)
        found = np.stack([self._embed_sound(sound) for sound in batch])
        return found[0] if single else found

    def _embed_sound(self, sound):
        window = self.representation.samples
        windows = -(-len(sound) // window)
        padded = np.pad(sound, (0, windows * window - len(sound))).reshape(windows, window)
        held = np.minimum(len(sound) - window * np.arange(windows), window)
        vectors = in_batches(lambda part: self.embed_images(self.representation(part)), padded)
        return _direction(held @ vectors.numpy().astype(np.float64))

    def embed_pictures(self, pictures):
        """Embeds images.

        Args:
            pictures: float32 [H, W, C] or [B, H, W, C] in [0, 1], of the model's size.

        Returns:
            Unit vectors float32 [B, E], or [E] for a single image.
        """
        batch, single = ImageModality(self.pictures).batch(pictures)
        found = in_batches(lambda part: self.picture_tower(part), batch).numpy()
        return found[0] if single else found

    def embed_vectors(self, vectors):
        """Embeds vectors of another model, [B, V] or [V], to unit vectors float32 [B, E] or [E].

        Raises:
            ValueError: the model embeds audio instead of vectors, or the shape is wrong.
        """
        if self.conditioning is None:
            raise ValueError("vectors are for a model of embeddings from elsewhere: give sounds")
        batch, single = VectorModality(self.conditioning).batch(vectors)
        found = in_batches(lambda part: self.sound_tower(part), batch).numpy()
        return found[0] if single else found

    def embed_images(self, images):
        """Embeds spectrogram images [B, T, F, 1], one window each, to unit vectors [B, E]."""
        return self.sound_tower(quantize(images))


def _direction(vector):
    """Return the vector scaled to length 1; a vector of zeros is unchanged."""
    return (vector / max(np.linalg.norm(vector), 1e-12)).astype(np.float32)
