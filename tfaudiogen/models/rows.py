"""What a sound model does, as graphs over rows: the same in Python and in a SavedModel.

Each function is written for one sound of any length, mapped over the rows of its inputs, so that a
row never depends on its neighbours, and traced once. Phase retrieval magnifies rounding, so it
matters that Python runs the very graph that is saved.
"""

import math

import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.models.windows import blend, split, windows_for

_WAVEFORM = tf.TensorSpec([None], tf.float32)
_INTEGER = tf.TensorSpec([], tf.int64)
_NUMBER = tf.TensorSpec([], tf.float32)


class AutoencoderRows:
    """The graph of an autoencoder.

    Args:
        model: a model with the methods of images that `MediumAutoencoder` lists.
    """

    def __init__(self, model):
        self.model, self.spectrogram = model, model.spectrogram
        self.reconstruct = _over_rows(self._reconstruct, (_WAVEFORM,), _WAVEFORM)

    def _reconstruct(self, waveform):
        image = self.spectrogram(waveform[None])  # [1, T, F, 1]
        cut, frames = split(image, self.spectrogram)
        rebuilt = tf.map_fn(
            lambda window: self.model.reconstruct_images(window[None])[0], cut[0]
        )  # [W, T', F, 1]
        whole = blend(rebuilt[None], self.spectrogram)[:, :frames]
        return self._waveform(whole)[: tf.size(waveform)]

    def _waveform(self, image):
        return self.spectrogram.inverse(image, phase="graph")[0]


class Rows(AutoencoderRows):
    """The graphs of one model.

    Args:
        model: a model with the methods of images that `MediumModel` lists.
        samples: N of what `sample` draws; one window where left out.
        draws: k, importance samples of `log_prob`.
    """

    def __init__(self, model, samples=None, draws=16):
        super().__init__(model)
        self.samples, self.draws = samples or self.spectrogram.samples, draws
        latents = tf.TensorSpec([model.latent_size], tf.float32)
        draw = (_INTEGER, _INTEGER, _NUMBER, _INTEGER)
        self.sample = _over_rows(self._sample, draw, _WAVEFORM)
        self.encode = _over_rows(self._encode, (_WAVEFORM,), latents)
        self.decode = _over_rows(self._decode, (latents,), _WAVEFORM)
        self.log_prob = _over_rows(self._log_prob, (_WAVEFORM, _INTEGER, _INTEGER), _NUMBER)
        ends = (_WAVEFORM, _WAVEFORM, _NUMBER)
        self.interpolate = _over_rows(self._interpolate, ends, _WAVEFORM)

    def _sample(self, seed, index, temperature, component):
        """Draw [N] by seed and index; a negative component means one drawn by the weights."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        drawn = self.model.prior.choose(key)
        component = tf.where(component < 0, drawn, tf.cast(component, tf.int32))
        windows = windows_for(math.ceil(self.samples / self.spectrogram.hop), self.spectrogram)
        images = self.model.sample_images(key, windows, temperature, component)  # [1, W, T, F, 1]
        return self._waveform(blend(images, self.spectrogram))[: self.samples]

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


def _over_rows(function, inputs, output):
    """Return the graph that maps a function of one row over rows.

    Args:
        function: from tensors without a batch dimension to one.
        inputs: their `tf.TensorSpec`s.
        output: that of the result.
    """

    def mapped(*rows):
        return tf.map_fn(lambda row: function(*row), rows, fn_output_signature=output)

    specs = [tf.TensorSpec([None, *spec.shape], spec.dtype) for spec in inputs]
    return tf.function(mapped, specs, autograph=False)
