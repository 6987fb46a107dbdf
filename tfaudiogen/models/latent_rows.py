"""The graphs over rows of a model with a latent distribution: see `tfaudiogen.models.rows`."""

import math

import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.models.rows import INTEGER, NUMBER, WAVEFORM, AutoencoderRows, over_rows
from tfaudiogen.models.windows import windows_for


class LatentRows(AutoencoderRows):
    """The graphs of one model.

    A sound has a latent for each of the W windows that cover it, half overlapping.

    Args:
        model: a model with the methods of images that `MediumModel` lists.
        samples: N of what `sample` draws; one window where left out.
        draws: k, importance samples of `log_prob`.
    """

    def __init__(self, model, samples=None, draws=16):
        super().__init__(model, samples)
        self.draws = draws
        latents = tf.TensorSpec([None, model.latent_size], tf.float32)
        draw = (INTEGER, INTEGER, NUMBER, INTEGER)
        self.sample = over_rows(self._sample, draw, WAVEFORM)
        self.encode = over_rows(self._encode, (WAVEFORM,), latents)
        self.decode = over_rows(self._decode, (latents,), WAVEFORM)
        self.log_prob = over_rows(self._log_prob, (WAVEFORM, INTEGER, INTEGER), NUMBER)
        self.interpolate = over_rows(self._interpolate, (WAVEFORM, WAVEFORM, NUMBER), WAVEFORM)

    def _sample(self, seed, index, temperature, component):
        """Draw [N] by seed and index; a negative component means one drawn by the weights."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        drawn = self.model.prior.choose(key)
        component = tf.where(component < 0, drawn, tf.cast(component, tf.int32))
        windows = windows_for(math.ceil(self.samples / self.spectrogram.hop), self.spectrogram)
        latents = self.model.sample_latents(key, windows, temperature, component)  # [1, W, D]
        return self._decode(latents[0])[: self.samples]

    def _encode(self, waveform):
        return tf.map_fn(
            lambda image: self.model.posterior_parameters(image[None])[0][0],
            self._overlapping(waveform),
            fn_output_signature=tf.TensorSpec([self.model.latent_size], tf.float32),
        )  # [W, D]

    def _decode(self, latents):
        return self._decoded(lambda one: self.model.decode_images(one[None])[0], latents)

    def _log_prob(self, waveform, seed, index):
        """Return the sum over consecutive windows; a window's noise is keyed by its place."""
        images, frames = self._consecutive(waveform)
        count = tf.size(frames, tf.int64)
        ids = index * count + tf.range(count)
        terms = tf.map_fn(
            lambda each: self._of_image(*each, seed),
            (images, frames, ids),
            fn_output_signature=NUMBER,
        )
        return tf.reduce_sum(terms)

    def _of_image(self, image, frames, id_, seed):
        found = self.model.image_log_prob(image[None], frames[None], self.draws, seed, id_[None])
        return found[0]

    def _interpolate(self, a, b, fraction):
        """Return [N] of whole windows, `fraction` of the way from a to b."""
        longest = tf.maximum(tf.size(a), tf.size(b))
        a, b = (self._encode(tf.pad(end, [[0, longest - tf.size(end)]])) for end in (a, b))
        return self._decode((1.0 - fraction) * a + fraction * b)
