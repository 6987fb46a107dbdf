"""What a sound model does, as graphs for one sound each: the same in Python and in a SavedModel.

Each function takes and returns tensors without a batch dimension, for waveforms of any length, and
is traced once. Batches are mapped over them, so that a row never depends on its neighbours; and
since phase retrieval magnifies rounding, it matters that Python runs the very graph that is saved.
"""

import math

import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.models.windows import blend, split, windows_for

_WAVEFORM = tf.TensorSpec([None], tf.float32)


class Rows:
    """The graphs of one model.

    Args:
        model: a model with the methods of images that `SoundModel` lists.
        samples: N of what `sample` draws; one window where left out.
        draws: k, importance samples of `log_prob`.
    """

    def __init__(self, model, samples=None, draws=16):
        self.model, self.spectrogram = model, model.spectrogram
        self.samples, self.draws = samples or self.spectrogram.samples, draws
        integer, number = tf.TensorSpec([], tf.int64), tf.TensorSpec([], tf.float32)
        latents = tf.TensorSpec([model.latent_size], tf.float32)
        self.sample = _graph(self._sample, integer, integer, number, integer)
        self.reconstruct = _graph(self._reconstruct, _WAVEFORM)
        self.encode = _graph(self._encode, _WAVEFORM)
        self.decode = _graph(self._decode, latents)
        self.log_prob = _graph(self._log_prob, _WAVEFORM, integer, integer)
        self.interpolate = _graph(self._interpolate, _WAVEFORM, _WAVEFORM, number)

    def _sample(self, seed, index, temperature, component):
        """Draw [N]; a negative component means one drawn by the weights."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        drawn = self.model.prior.choose(key)
        component = tf.where(component < 0, drawn, tf.cast(component, tf.int32))
        windows = windows_for(math.ceil(self.samples / self.spectrogram.hop), self.spectrogram)
        images = self.model.sample_images(key, windows, temperature, component)  # [1, W, T, F, 1]
        return self._waveform(blend(images, self.spectrogram))[: self.samples]

    def _reconstruct(self, waveform):
        image = self.spectrogram(waveform[None])  # [1, T, F, 1]
        cut, frames = split(image, self.spectrogram)
        rebuilt = tf.map_fn(
            lambda window: self.model.reconstruct_images(window[None])[0], cut[0]
        )  # [W, T', F, 1]
        whole = blend(rebuilt[None], self.spectrogram)[:, :frames]
        return self._waveform(whole)[: tf.size(waveform)]

    def _encode(self, waveform):
        image, _ = self._window(waveform)
        return self.model.posterior_parameters(image)[0][0]

    def _decode(self, latents):
        return self._waveform(self.model.decode_images(latents[None]))

    def _log_prob(self, waveform, seed, index):
        image, frames = self._window(waveform)
        return self.model.image_log_prob(image, frames[None], self.draws, seed, index[None])[0]

    def _interpolate(self, a, b, fraction):
        """Return [N] of one window, `fraction` of the way from a to b."""
        return self._decode((1.0 - fraction) * self._encode(a) + fraction * self._encode(b))

    def _window(self, waveform):
        """Return the image [1, T, F, 1] of a sound of at most one window, and its frames."""
        size = tf.size(waveform)
        padded = tf.pad(waveform, [[0, self.spectrogram.samples - size]])
        padded = tf.ensure_shape(padded, [self.spectrogram.samples])
        return self.spectrogram(padded[None]), -(-size // self.spectrogram.hop)

    def _waveform(self, image):
        return self.spectrogram.inverse(image, phase="graph")[0]


def _graph(function, *signature):
    return tf.function(function, signature, autograph=False)
