"""Per-example graphs of sounds, built on those of the images of their windows.

The counterpart of `AudioModality`, made of TensorFlow operations alone.
"""

import math

import tensorflow as tf

from tfaudiogen.models.modalities.windows import blend, consecutive, frames_of, split, windows_for
from tfaudiogen.models.priors.long_codes import join, windows_of


class AudioGraph:
    """One sound [N] of any length, by windows that overlap by half; see `AudioModality`.

    Args:
        spectrogram: the `Spectrogram`.
        samples: N of what is drawn; one window where left out.
    """

    spec = tf.TensorSpec([None], tf.float32)

    def __init__(self, spectrogram, samples=None):
        self.spectrogram = spectrogram
        self.samples = samples or spectrogram.samples
        self.windows = windows_for(math.ceil(self.samples / spectrogram.hop), spectrogram)

    def latents(self, size):
        """Return the specification of the latents [W, D] of a sound."""
        return tf.TensorSpec([None, size], tf.float32)

    def codes(self, shape):
        """Return the specification of a code map of a sound, [T (W + 1) / 2, ...]."""
        return tf.TensorSpec([None, *shape[1:]], tf.int32)

    def of_windows(self, values):
        """Return what a sound has of what its windows have, [W, ...]: the same."""
        return values

    def cut(self, waveform):
        """Return as much as is drawn."""
        return waveform[: self.samples]

    def reconstructed(self, function, waveform):
        """Return the sound [N] after a function of images [1, T, F, 1]."""
        cut, frames = split(self.spectrogram(waveform[None]), self.spectrogram)
        rebuilt = tf.map_fn(lambda window: function(window[None])[0], cut[0])  # [W, T', F, 1]
        whole = blend(rebuilt[None], self.spectrogram)[:, :frames]
        return self._waveform(whole)[: tf.size(waveform)]

    def encoded(self, function, waveform, signature):
        """Return [W, ...] of a function of images [1, T, F, 1], applied to each window.

        Silence follows the sound, as in training; `reconstructed` has it in the image alone.
        """
        windows = windows_for(self._frames(waveform), self.spectrogram)
        image = self._image(waveform, frames_of(windows, self.spectrogram))
        images = split(image, self.spectrogram)[0][0]
        return tf.map_fn(lambda one: function(one[None]), images, fn_output_signature=signature)

    def decoded(self, function, *values):
        """Return the waveform [N] of what windows are decoded from, each [W, ...], by a function
        of one window that gives an image [T, F, 1]."""
        shape = tf.TensorSpec(self.spectrogram.image_shape, tf.float32)
        images = tf.map_fn(lambda each: function(*each), values, fn_output_signature=shape)
        return self._waveform(blend(images[None], self.spectrogram))

    def summed(self, function, waveform):
        """Return the sum of a function of images [1, T, F, 1], frames [1], place and count of the
        windows that follow one another, each frame in one."""
        images, frames = consecutive(waveform, self.spectrogram)
        count = tf.size(frames, tf.int64)
        terms = tf.map_fn(
            lambda each: function(each[0][None], each[1][None], each[2], count),
            (images, frames, tf.range(count)),
            fn_output_signature=tf.TensorSpec([], tf.float32),
        )
        return tf.reduce_sum(terms)

    def evened(self, a, b):
        """Return two sounds with silence after the shorter one."""
        longest = tf.maximum(tf.size(a), tf.size(b))
        return [tf.pad(end, [[0, longest - tf.size(end)]]) for end in (a, b)]

    def joined_codes(self, codes):
        """Return the code map of a sound from those of its windows, [W, T, ...]."""
        return join(codes)

    def cut_codes(self, code, shape):
        """Return the code maps [W, T, ...] of the windows of a sound."""
        return windows_of(code[None], shape[0])[0]

    def _waveform(self, image):
        return self.spectrogram.inverse(image, phase="graph")[0]

    def _frames(self, waveform):
        return -(-tf.size(waveform) // self.spectrogram.hop)

    def _image(self, waveform, frames):
        """Return the image [1, T, F, 1] of a sound with silence after it, of so many frames."""
        padding = frames * self.spectrogram.hop - tf.size(waveform)
        return self.spectrogram(tf.pad(waveform, [[0, padding]])[None])
