"""The audio modality: converts between waveforms and a model's spectrogram images."""

import math

import numpy as np
import tensorflow as tf

from tfaudiogen.models.modalities.windows import blend, frames_of, split, windows_for
from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.validation import arrays


class AudioModality:
    """Applies models of spectrogram images to waveforms.

    Waveforms are floats in [-1, 1], or integers of 8, 16 or 32 bits, at the spectrogram's sample
    rate; see `tfaudiogen.validation.arrays.waveforms`. Long audio is split into overlapping
    windows; the windows' images are blended, and phase retrieval runs once over the whole.

    Args:
        spectrogram: the `Spectrogram`.
    """

    has_phase = True
    together = 1
    """Batch size for decoding. Batches of different sizes differ by rounding, which phase retrieval
    amplifies; with 1, a sound does not depend on the other sounds of its batch."""

    def __init__(self, spectrogram):
        self.spectrogram = spectrogram

    def batch(self, waveform):
        """Return float32 [B, N], and whether the input was a single waveform [N].

        Raises:
            ValueError: see `tfaudiogen.validation.arrays.waveforms`.
        """
        found = arrays.waveforms(waveform)
        return np.atleast_2d(found), found.ndim == 1

    def evened(self, ends):
        """Return sounds [1, N], padded with silence to equal length; ints are unchanged."""
        sounds = [end for end in ends if not isinstance(end, int)]
        longest = max((sound.shape[1] for sound in sounds), default=0)
        return [
            end if isinstance(end, int) else np.pad(end, [(0, 0), (0, longest - end.shape[1])])
            for end in ends
        ]

    def through(self, function, waveforms, phase):
        """Applies a function of images [B, T, F, 1] to waveforms [B, N] of any length."""
        return np.concatenate([self._through(function, sound, phase) for sound in waveforms])

    def _through(self, function, sound, phase):
        cut, frames = split(self.spectrogram(sound[None]), self.spectrogram)
        rebuilt = in_batches(function, cut[0])  # [W, T, F, 1]
        whole = self.joined(rebuilt[None])[:, :frames]
        return np.asarray(self.inverse(whole, len(sound), phase))

    def length(self, seconds):
        """Return the number of samples of a duration in seconds; None for one window."""
        if seconds is None:
            return self.spectrogram.samples
        if not seconds > 0:
            raise ValueError(f"seconds must be positive, received {seconds}")
        return max(1, round(seconds * self.spectrogram.sample_rate))

    def windows(self, length):
        """Return the number of overlapping windows that cover `length` samples."""
        return windows_for(math.ceil(length / self.spectrogram.hop), self.spectrogram)

    def samples_of(self, windows):
        """Return the number of samples that overlapping windows cover; None for one window."""
        return frames_of(windows, self.spectrogram) * self.spectrogram.hop if windows > 1 else None

    def joined(self, images):
        """Blends the images of overlapping windows [B, W, ...] to images [B, T, F, 1]."""
        return blend(images, self.spectrogram)

    def inverse(self, images, length=None, phase="pghi"):
        """Return the waveforms [B, N] of images, cut to `length` samples if it is not None."""
        each = [self.spectrogram.inverse(image[None], phase=phase) for image in images]
        return tf.concat(each, axis=0)[:, :length]
