"""Per-example graphs of a `VAE`; see `tfaudiogen.models.modalities.graphs`."""

import tensorflow as tf

from tfaudiogen.models.modalities.graphs import INTEGER, NUMBER, AutoencoderGraph, map_examples
from tfaudiogen.probability import noise


class LatentGraph(AutoencoderGraph):
    """Per-example graphs of a model with continuous latents.

    A sound has one latent for each of its W windows, which overlap by half; an image has one.

    Args:
        model: a model with the methods listed in `ModalityModel`.
        samples: N, length of sampled audio; by default one window. Must be None for images.
        draws: k, number of importance samples of `log_prob`.
    """

    def __init__(self, model, samples=None, draws=16):
        super().__init__(model, samples)
        self.draws = draws
        spec, latents = self.modality.spec, self.modality.latents(model.latent_size)
        draw = (INTEGER, INTEGER, NUMBER, INTEGER)
        self.sample = map_examples(self._sample, draw, spec)
        self.encode = map_examples(self._encode, (spec,), latents)
        self.decode = map_examples(self.decoded, (latents,), spec)
        self.log_prob = map_examples(self._log_prob, (spec, INTEGER, INTEGER), NUMBER)
        self.interpolate = map_examples(self._interpolate, (spec, spec, NUMBER), spec)

    def _sample(self, seed, index, temperature, component):
        """Samples by seed and index; a negative `component` draws one by the mixture weights."""
        key = noise.Key(seed, tf.zeros([], tf.int64), index[None])
        drawn = self.model.prior.choose(key)
        component = tf.where(component < 0, drawn, tf.cast(component, tf.int32))
        windows = self.modality.windows
        latents = self.model.sample_latents(key, windows, temperature, component)  # [1, W, D]
        return self.modality.cut(self.decoded(self.modality.of_windows(latents[0])))

    def _encode(self, inputs):
        return self.modality.encoded(
            lambda image: self.model.posterior_parameters(image)[0][0],
            inputs,
            tf.TensorSpec([self.model.latent_size], tf.float32),
        )  # [W, D], or [D] for an image

    def decoded(self, latents):
        """Decodes latents [W, D] to a waveform, or [D] to an image."""
        return self.modality.decoded(lambda one: self.model.decode_images(one[None])[0], latents)

    def _log_prob(self, inputs, seed, index):
        """Return the sum over consecutive windows; each window's noise is keyed by position."""

        def of_image(image, frames, window, count):
            ids = (index * count + window)[None]
            return self.model.image_log_prob(image, frames, self.draws, seed, ids)[0]

        return self.modality.summed(of_image, inputs)

    def _interpolate(self, a, b, fraction):
        """Decodes the latent at `fraction` of the way from a to b, with whole windows for audio."""
        a, b = map(self._encode, self.modality.evened(a, b))
        return self.decoded((1.0 - fraction) * a + fraction * b)
