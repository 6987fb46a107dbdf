"""Per-example graphs of audio, built on functions of spectrogram images.

The counterpart of `AudioModality`, using TensorFlow operations only.
"""

import math

import tensorflow as tf

from tfaudiogen.models.modalities.code_windows import join, windows_of
from tfaudiogen.models.modalities.windows import blend, consecutive, frames_of, split, windows_for


class AudioGraph:
    """Processes one waveform [N] of any length in windows that overlap by half.

    See `AudioModality`.

    Args:
        spectrogram: the `Spectrogram`.
        samples: N, length of sampled audio; by default one window.
    """

    spec = tf.TensorSpec([None], tf.float32)

    def __init__(self, spectrogram, samples=None):
        self.spectrogram = spectrogram
        self.samples = samples or spectrogram.samples
        self.windows = windows_for(math.ceil(self.samples / spectrogram.hop), spectrogram)

    def latents(self, size):
        """Return the `tf.TensorSpec` of the latents [W, D] of a sound."""
        return tf.TensorSpec([None, size], tf.float32)

    def codes(self, shape):
        """Return the `tf.TensorSpec` of a code map of a sound, [T (W + 1) / 2, ...]."""
        return tf.TensorSpec([None, *shape[1:]], tf.int32)

    def of_windows(self, values):
        """Return per-window values [W, ...] unchanged."""
        return values

    def cut(self, waveform):
        """Return the waveform cut to `samples`."""
        return waveform[: self.samples]

    def reconstructed(self, function, waveform):
        """Applies a function of images [1, T, F, 1] to a waveform [N]."""
        cut, frames = split(self.spectrogram(waveform[None]), self.spectrogram)
        rebuilt = tf.map_fn(lambda window: function(window[None])[0], cut[0])  # [W, T', F, 1]
        whole = blend(rebuilt[None], self.spectrogram)[:, :frames]
        return self._waveform(whole)[: tf.size(waveform)]

    def encoded(self, function, waveform, signature):
        """Applies a function of images [1, T, F, 1] to each window; returns [W, ...].

        The waveform is padded with silence, as in training; `reconstructed` pads the image instead.
        """
        windows = windows_for(self._frames(waveform), self.spectrogram)
        image = self._image(waveform, frames_of(windows, self.spectrogram))
        images = split(image, self.spectrogram)[0][0]
        return tf.map_fn(lambda one: function(one[None]), images, fn_output_signature=signature)

    def decoded(self, function, *values):
        """Return the waveform [N] decoded from `values`, each [W, ...].

        `function` maps the values of one window to its image [T, F, 1].
        """
        shape = tf.TensorSpec(self.spectrogram.image_shape, tf.float32)
        images = tf.map_fn(lambda each: function(*each), values, fn_output_signature=shape)
        return self._waveform(blend(images[None], self.spectrogram))

    def summed(self, function, waveform):
        """Return the sum of a function over consecutive windows, which do not overlap.

        `function` takes the image [1, T, F, 1], the number of unpadded frames [1], the position of
        the window and the number of windows.
        """
        images, frames = consecutive(waveform, self.spectrogram)
        count = tf.size(frames, tf.int64)
        terms = tf.map_fn(
            lambda each: function(each[0][None], each[1][None], each[2], count),
            (images, frames, tf.range(count)),
            fn_output_signature=tf.TensorSpec([], tf.float32),
        )
        return tf.reduce_sum(terms)

    def evened(self, a, b):
        """Return two waveforms, the shorter one padded with silence."""
        longest = tf.maximum(tf.size(a), tf.size(b))
        return [tf.pad(end, [[0, longest - tf.size(end)]]) for end in (a, b)]

    def joined_codes(self, codes):
        """Joins the code maps of windows [W, T, ...] to one code map."""
        return join(codes)

    def cut_codes(self, code, shape):
        """Splits a code map into those of its windows, [W, T, ...]."""
        return windows_of(code[None], shape[0])[0]

    def _waveform(self, image):
        return self.spectrogram.inverse(image, phase="graph")[0]

    def _frames(self, waveform):
        return -(-tf.size(waveform) // self.spectrogram.hop)

    def _image(self, waveform, frames):
        """Return the image [1, T, F, 1] of a waveform padded with silence to `frames` frames."""
        padding = frames * self.spectrogram.hop - tf.size(waveform)
        return self.spectrogram(tf.pad(waveform, [[0, padding]])[None])
