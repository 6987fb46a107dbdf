"""Public methods shared by generative models: `sample`, `reconstruct`, `interpolate` etc."""

import numpy as np
import tensorflow as tf

from tfaudiogen.models.modalities.audio import AudioModality
from tfaudiogen.models.modalities.conditions import LabelModality, TextModality, VectorModality
from tfaudiogen.models.modalities.graphs import AutoencoderGraph, remembered
from tfaudiogen.models.modalities.image import ImageModality
from tfaudiogen.models.modalities.latent_graph import LatentGraph
from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.probability import noise
from tfaudiogen.runtime.renamed import accepts_old_names

_MODALITIES = {
    "sounds": AudioModality,
    "pictures": ImageModality,
    "texts": TextModality,
    "labels": LabelModality,
    "vectors": VectorModality,
}


def modality_of(representation):
    """Return the modality of a representation.

    `AudioModality` for a `Spectrogram`, `ImageModality` for `Pictures`, or a modality of
    `models/modalities/conditions.py` for `Texts`, `Labels` or `Vectors`, which are inputs only.
    """
    return _MODALITIES[representation.kind](representation)


class ModalityAutoencoder:
    """Mixin for the reconstruction of audio or images.

    A class with this mixin defines `representation` and `reconstruct_images`. `representation`, a
    `Spectrogram` or `Pictures`, sets the type of inputs and outputs: waveforms (see
    `AudioModality`) or images (see `ImageModality`). Inputs may be NumPy arrays, tensors or lists.

    `phase` selects phase retrieval: "pghi" has higher quality, "graph" is what a SavedModel runs.
    With "graph", Python runs the same per-example graphs as the SavedModel and returns the same
    numbers. It is ignored for images.
    """

    @property
    def modality(self):
        """The `AudioModality` or `ImageModality` of this model."""
        return modality_of(self.representation)

    def graph_functions(self):
        """Return the per-example graphs (`AutoencoderGraph`) of this model, traced once."""
        return remembered(self, AutoencoderGraph)

    @accepts_old_names("reconstruct's ", {"given": "inputs"})
    def reconstruct(self, inputs, phase="pghi"):
        """Reconstructs audio of any length, or images; the shape is kept.

        Args:
            inputs: waveforms [N] or [B, N], or images [H, W, C] or [B, H, W, C].
            phase: see the class.
        """
        batch, single = self.modality.batch(inputs)
        if self._in_graph(phase):
            rebuilt = np.concatenate(
                [self.graph_functions().reconstruct(one[None]).numpy() for one in batch]
            )
        else:
            rebuilt = self.modality.through(self.reconstruct_images, batch, phase)
        return rebuilt[0] if single else rebuilt

    def _in_graph(self, phase):
        return phase == "graph" and self.modality.has_phase


class ModalityModel(ModalityAutoencoder):
    """Mixin for sampling, reconstruction and interpolation of audio or images.

    A class with this mixin defines `representation`, `posterior_parameters`, `decode_images`,
    `reconstruct_images`, `sample_latents`, `sample_images`, `image_log_prob` and `prior`. Inputs,
    outputs and `phase` are as in `ModalityAutoencoder`.
    """

    def graph_functions(self, samples=None, draws=16):
        """Return the per-example graphs (`LatentGraph`), traced once per `samples` and `draws`."""
        return remembered(self, LatentGraph, samples=samples, draws=draws)

    def sample(
        self,
        count,
        seed=0,
        temperature=1.0,
        component=None,
        seconds=None,
        phase="pghi",
        progress=False,
    ):
        """Samples audio or images from the model.

        Args:
            count: B, the number of samples; at least 1.
            seed: int in [0, 2**31). The same seed gives the same samples for any `count`: audio bit
                for bit, images up to rounding.
            temperature: scales the standard deviation of the prior's components; in [0, inf).
            component: index of the prior's component to sample from; None for all.
            seconds: duration of audio; None for one window.
            phase: see the class.
            progress: whether to show a progress bar on a terminal.

        Returns:
            float32 [B, N] or [B, H, W, C].
        """
        _check_sample(count, temperature, seed)
        samples = self.modality.length(seconds)
        windows = self.modality.windows(samples)
        key = noise.key(seed, count)

        def draw(indices):
            part = key._replace(index=indices)
            images = self.sample_images(part, windows, temperature, component)
            return self.modality.inverse(self.modality.joined(images), samples, phase)

        def draw_in_graph(indices):
            self.prior.choose(key, component)  # validates the component
            chosen = -1 if component is None else component
            each = tf.ones_like(indices)
            warmth = tf.fill(tf.shape(indices), tf.cast(temperature, tf.float32))
            graph = self.graph_functions(self.modality.samples_of(windows))
            drawn = graph.sample(key.seed * each, indices, warmth, chosen * each)
            return drawn[:, :samples]

        drawn = draw_in_graph if self._in_graph(phase) else draw
        return in_batches(drawn, key.index, progress, self.modality.together)

    @accepts_old_names("encode's ", {"given": "inputs"})
    def encode(self, inputs):
        """Return the posterior means of audio of any length, [B, W, D], or of images, [B, D].

        W windows, which overlap by half, cover the audio; W is 1 if it fits into one window.
        """
        batch, _ = self.modality.batch(inputs)
        if self.modality.has_phase:
            return self.graph_functions().encode(batch).numpy()
        return in_batches(lambda images: self.posterior_parameters(images)[0], batch).numpy()

    def decode(self, latents, phase="pghi"):
        """Decodes latents to waveforms [B, N] or images [B, H, W, C].

        N is the length of whole windows: (W + 1) / 2 times the samples of one window.

        Args:
            latents: [B, D] for images or one window of audio, or [B, W, D] as from `encode`.
            phase: see the class.
        """
        latents = tf.convert_to_tensor(latents, tf.float32)
        latents = latents[:, None] if latents.shape.rank == 2 else latents
        if latents.shape.rank != 3 or latents.shape[2] != self.latent_size or 0 in latents.shape:
            raise ValueError(
                f"latents must have the shape [B, {self.latent_size}] or "
                f"[B, W, {self.latent_size}], received {latents.shape}"
            )
        if self._in_graph(phase):
            return self.graph_functions().decode(latents).numpy()

        def decoded(part):
            flat = tf.reshape(part, (-1, self.latent_size))
            images = in_batches(self.decode_images, flat)  # [B W, T, F, C]
            images = tf.reshape(images, (*part.shape[:2], *images.shape[1:]))
            return self.modality.inverse(self.modality.joined(images), phase=phase)

        return in_batches(decoded, latents).numpy()

    @accepts_old_names("log_prob's ", {"given": "inputs"})
    def log_prob(self, inputs, samples=16, seed=0):
        """Return a lower bound of the log-probability of audio of any length, or of images.

        Longer audio is split into consecutive windows without overlap. The model treats them as
        independent, so their bounds are added.

        Args:
            inputs: waveforms [N] or [B, N], or images [H, W, C] or [B, H, W, C].
            samples: k, number of importance samples; more give a tighter bound.
            seed: int in [0, 2**31).

        Returns:
            float32 [B], nats of the 8-bit image; for audio, of its unpadded frames.
        """
        batch, _ = self.modality.batch(inputs)
        indices = tf.range(len(batch), dtype=tf.int64)
        if self.modality.has_phase:
            seeds = tf.fill([len(batch)], tf.cast(seed, tf.int64))
            return self.graph_functions(draws=samples).log_prob(batch, seeds, indices).numpy()

        def bound(part):
            images, frames = self.modality.images(tf.gather(batch, part))
            return self.image_log_prob(images, frames, samples, seed, part)

        return in_batches(bound, indices).numpy()

    def interpolate(self, a, b, steps=8, phase="pghi"):
        """Interpolates linearly from a to b in the latent space.

        Args:
            a, b: each a waveform [N] or an image [H, W, C], encoded to its posterior mean, or an
                int, the mean of that component of the prior. The shorter waveform is padded with
                silence.
            steps: number of outputs, at least 2; the first is a, the last is b.
            phase: see the class.

        Returns:
            float32 [steps, N], as many whole windows as the longer waveform needs, or
            [steps, H, W, C].
        """
        if steps < 2:
            raise ValueError(f"steps must be at least 2, received {steps}")
        fraction = np.linspace(0.0, 1.0, steps, dtype=np.float32)
        ends = [int(end) if _is_component(end) else self._single(end) for end in (a, b)]
        if self._in_graph(phase) and not any(map(_is_component, ends)):
            rows = [np.repeat(end, steps, axis=0) for end in ends]
            return self.graph_functions().interpolate(*rows, fraction).numpy()
        start, end = map(self._anchor, self.modality.evened(ends))  # [1, W, D]
        fraction = fraction[:, None, None]
        return self.decode((1.0 - fraction) * start + fraction * end, phase)

    def _single(self, inputs):
        """Return one sound or image as a batch [1, ...]."""
        batch, single = self.modality.batch(inputs)
        if not single:
            raise ValueError(
                f"a and b must each be one sound or picture, received the shape {batch.shape}"
            )
        return batch

    def _anchor(self, end):
        if _is_component(end):
            return self.prior.sample(1, 0, temperature=0.0, component=end).numpy()[:, None]
        return self.encode(end).reshape(1, -1, self.latent_size)


def _is_component(end):
    return isinstance(end, (int, np.integer))


def _check_sample(count, temperature, seed):
    if count < 1:
        raise ValueError(f"count must be at least 1, received {count}")
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, received {temperature}")
    if not 0 <= seed < 2**31:
        raise ValueError(f"seed must be from 0 to 2**31 - 1, received {seed}")
