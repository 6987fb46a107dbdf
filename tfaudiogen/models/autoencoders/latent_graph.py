"""Graphs of a model with a latent distribution: see `tfaudiogen.models.modalities.graphs`."""

import tensorflow as tf

from tfaudiogen.models.modalities.graphs import INTEGER, NUMBER, AutoencoderGraph, over_rows
from tfaudiogen.probability import noise


class LatentGraph(AutoencoderGraph):
    """The graphs of one model.

    A sound has a latent for each of the W windows that cover it, half overlapping; a picture has
    one.

    Args:
        model: a model with the methods of images that `ModalityModel` lists.
        samples: N of what `sample` draws; one window where left out, and None for pictures.
        draws: k, importance samples of `log_prob`.
    """

    def __init__(self, model, samples=None, draws=16):
        super().__init__(model, samples)
        self.draws = draws
        given, latents = self.row.spec, self.row.latents(model.latent_size)
        draw = (INTEGER, INTEGER, NUMBER, INTEGER)
        self.sample = over_rows(self._sample, draw, given)
        self.encode = over_rows(self._encode, (given,), latents)
        self.decode = over_rows(self.decoded, (latents,), given)
        self.log_prob = over_rows(self._log_prob, (given, INTEGER, INTEGER), NUMBER)
        self.interpolate = over_rows(self._interpolate, (given, given, NUMBER), given)

    def _sample(self, seed, index, temperature, component):
        """Draw by seed and index; a negative component means one drawn by the weights."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        drawn = self.model.prior.choose(key)
        component = tf.where(component < 0, drawn, tf.cast(component, tf.int32))
        windows = self.row.windows
        latents = self.model.sample_latents(key, windows, temperature, component)  # [1, W, D]
        return self.row.cut(self.decoded(self.row.of_windows(latents[0])))

    def _encode(self, given):
        return self.row.encoded(
            lambda image: self.model.posterior_parameters(image)[0][0],
            given,
            tf.TensorSpec([self.model.latent_size], tf.float32),
        )  # [W, D], [D] of a picture

    def decoded(self, latents):
        """Return the sound of latents [W, D], or the picture of [D]."""
        return self.row.decoded(lambda one: self.model.decode_images(one[None])[0], latents)

    def _log_prob(self, given, seed, index):
        """Return the sum over consecutive windows; a window's noise is keyed by its place."""

        def of_image(image, frames, place, count):
            ids = (index * count + place)[None]
            return self.model.image_log_prob(image, frames, self.draws, seed, ids)[0]

        return self.row.summed(of_image, given)

    def _interpolate(self, a, b, fraction):
        """Return what is `fraction` of the way from a to b; of sounds, whole windows."""
        a, b = map(self._encode, self.row.evened(a, b))
        return self.decoded((1.0 - fraction) * a + fraction * b)
