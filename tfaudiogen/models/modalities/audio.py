"""The audio modality: converts between waveforms and the images of a model."""

import math

import numpy as np
import tensorflow as tf

from tfaudiogen.models.modalities.windows import blend, frames_of, split, windows_for
from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.validation import arrays


class AudioModality:
    """What a model does with waveforms, given what it does with spectrogram images.

    Waveforms are numbers in [-1, 1], or integers of 8, 16 or 32 bits, at the spectrogram's sample
    rate; see `tfaudiogen.validation.arrays.waveforms`. Long sounds are cut into
    overlapping windows; the windows' images are blended, and the phase is retrieved once over the
    whole.

    Args:
        spectrogram: the `Spectrogram`.
    """

    has_phase = True
    together = 1
    """Images that are decoded at a time: phase retrieval magnifies the rounding by which batches of
    unlike sizes differ, and a sound is to be the same whatever is drawn beside it."""

    def __init__(self, spectrogram):
        self.spectrogram = spectrogram

    def batch(self, waveform):
        """Return (float32 [B, N], whether the input was a single [N]).

        Raises:
            ValueError: see `tfaudiogen.validation.arrays.waveforms`.
        """
        found = arrays.waveforms(waveform)
        return np.atleast_2d(found), found.ndim == 1

    def evened(self, ends):
        """Return sounds [1, N] with silence after all but the longest; numbers as they are."""
        sounds = [end for end in ends if not isinstance(end, int)]
        longest = max((sound.shape[1] for sound in sounds), default=0)
        return [
            end if isinstance(end, int) else np.pad(end, [(0, 0), (0, longest - end.shape[1])])
            for end in ends
        ]

    def through(self, function, waveforms, phase):
        """Return waveforms [B, N] of any length after a function of images [B, T, F, 1]."""
        return np.concatenate([self._through(function, sound, phase) for sound in waveforms])

    def _through(self, function, sound, phase):
        cut, frames = split(self.spectrogram(sound[None]), self.spectrogram)
        rebuilt = in_batches(function, cut[0])  # [W, T, F, 1]
        whole = self.joined(rebuilt[None])[:, :frames]
        return np.asarray(self.inverse(whole, len(sound), phase))

    def length(self, seconds):
        """Return the samples of a sound that lasts so long; of one window for None."""
        if seconds is None:
            return self.spectrogram.samples
        if not seconds > 0:
            raise ValueError(f"seconds must be positive, received {seconds}")
        return max(1, round(seconds * self.spectrogram.sample_rate))

    def windows(self, length):
        """Return how many overlapping windows cover so many samples."""
        return windows_for(math.ceil(length / self.spectrogram.hop), self.spectrogram)

    def samples_of(self, windows):
        """Return the samples that so many overlapping windows cover; None for one window."""
        return frames_of(windows, self.spectrogram) * self.spectrogram.hop if windows > 1 else None

    def joined(self, images):
        """Return the images [B, T, F, 1] of sounds from those of their windows [B, W, ...]."""
        return blend(images, self.spectrogram)

    def inverse(self, images, length=None, phase="heap"):
        """Return the waveforms [B, N] of images; N samples are kept, or all for None."""
        each = [self.spectrogram.inverse(image[None], phase=phase) for image in images]
        return tf.concat(each, axis=0)[:, :length]
