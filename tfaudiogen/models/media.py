"""What every generative model of images can do with the sounds or pictures they stand for."""

import numpy as np
import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.models.batches import in_batches
from tfaudiogen.models.picture import PictureMedium
from tfaudiogen.models.rows import AutoencoderRows, Rows
from tfaudiogen.models.sound import SoundMedium

_MEDIA = {"sounds": SoundMedium, "pictures": PictureMedium}


class MediumAutoencoder:
    """Reconstruction of sounds or pictures, from an autoencoder of images.

    A class that mixes this in has `spectrogram` and `reconstruct_images`. The first is the model's
    representation, a `Spectrogram` or `Pictures`, and decides what is taken and returned: waveforms
    as in `SoundMedium`, or pictures as in `PictureMedium`, numpy or tensors.

    `phase` is "heap", the better one, or "graph", the one that a SavedModel runs: Python then runs
    the same graphs, sound by sound, and gives the same numbers. It has no meaning for pictures.
    """

    @property
    def medium(self):
        """The `SoundMedium` or `PictureMedium` of this model."""
        return _MEDIA[self.spectrogram.kind](self.spectrogram)

    def rows(self):
        """Return the `AutoencoderRows` of this model of sounds, traced once."""
        if "_known_rows" not in self.__dict__:
            self.__dict__["_known_rows"] = AutoencoderRows(self)  # Keras tracks what it is told of
        return self._known_rows

    def reconstruct(self, given, phase="heap"):
        """Return what the model makes of sounds of any length or of pictures, in their shape.

        Args:
            given: waveforms [N] or [B, N], or pictures [H, W, C] or [B, H, W, C].
            phase: see the class.
        """
        batch, single = self.medium.batch(given)
        if self._in_graph(phase):
            rebuilt = np.concatenate([self.rows().reconstruct(one[None]).numpy() for one in batch])
        else:
            rebuilt = self.medium.through(self.reconstruct_images, batch, phase)
        return rebuilt[0] if single else rebuilt

    def _in_graph(self, phase):
        return phase == "graph" and self.medium.has_phase


class MediumModel(MediumAutoencoder):
    """Sampling, reconstruction and interpolation of sounds or pictures, from a model of images.

    A class that mixes this in has `spectrogram`, `posterior_parameters`, `decode_images`,
    `reconstruct_images`, `sample_images`, `image_log_prob` and `prior`. What is taken and returned,
    and `phase`, are as in `MediumAutoencoder`.
    """

    def rows(self, samples=None, draws=16):
        """Return the `Rows` of this model, traced once for each length and number of draws."""
        known = self.__dict__.setdefault("_known_rows", {})  # Keras tracks what it is told of
        if (samples, draws) not in known:
            known[samples, draws] = Rows(self, samples, draws)
        return known[samples, draws]

    def sample(
        self,
        count,
        seed=0,
        temperature=1.0,
        component=None,
        seconds=None,
        phase="heap",
        progress=False,
    ):
        """Draw sounds or pictures from the model.

        Args:
            count: B, how many; at least 1.
            seed: int in [0, 2**31); the same seed gives the same draws.
            temperature: scales the spread of the prior's components; in [0, inf).
            component: None, or the prior's component to draw from.
            seconds: duration of sounds; None for one window.
            phase: see the class.
            progress: show a progress bar, on a terminal.

        Returns:
            float32 [B, N] or [B, H, W, C].
        """
        _check_sample(count, temperature, seed)
        samples = self.medium.length(seconds)
        windows = self.medium.windows(samples)
        key = noise.key(seed, count)

        def draw(indices):
            part = key._replace(index=indices)
            images = self.sample_images(part, windows, temperature, component)
            return self.medium.inverse(self.medium.joined(images), samples, phase)

        def draw_in_graph(indices):
            self.prior.choose(key, component)  # refuses a component that there is not
            chosen = -1 if component is None else component
            each = tf.ones_like(indices)
            warmth = tf.fill(tf.shape(indices), tf.cast(temperature, tf.float32))
            return self.rows(samples).sample(key.seed * each, indices, warmth, chosen * each)

        return in_batches(draw_in_graph if self._in_graph(phase) else draw, key.index, progress)

    def encode(self, given):
        """Return the posterior means [B, D] of sounds of at most one window, or of pictures."""
        batch = self.medium.of_one_image(given)
        if self.medium.has_phase:
            return self.rows().encode(batch).numpy()
        return in_batches(lambda images: self.posterior_parameters(images)[0], batch).numpy()

    def decode(self, latents, phase="heap"):
        """Return the waveforms [B, N] or pictures [B, H, W, C] of latents [B, D]."""
        latents = tf.convert_to_tensor(latents, tf.float32)
        if latents.shape.rank != 2 or latents.shape[1] != self.latent_size:
            raise ValueError(
                f"latents must have the shape [B, {self.latent_size}], received {latents.shape}"
            )
        if self._in_graph(phase):
            return self.rows().decode(latents).numpy()
        images = in_batches(self.decode_images, latents)
        return np.asarray(self.medium.inverse(images, phase=phase))

    def log_prob(self, given, samples=16, seed=0):
        """Return a lower bound of the log-probability of sounds of one window, or of pictures.

        Args:
            given: waveforms [N] or [B, N] of at most one window, or pictures.
            samples: k, importance samples; more give a tighter bound.
            seed: int in [0, 2**31).

        Returns:
            float32 [B], nats of the 8-bit image; of a sound, those of its unpadded frames.
        """
        batch = self.medium.of_one_image(given)
        indices = tf.range(len(batch), dtype=tf.int64)
        if self.medium.has_phase:
            seeds = tf.fill([len(batch)], tf.cast(seed, tf.int64))
            return self.rows(draws=samples).log_prob(batch, seeds, indices).numpy()
        images, frames = self.medium.images(batch)

        def bound(part):
            chosen = (tf.gather(values, part) for values in (images, frames))
            return self.image_log_prob(*chosen, samples, seed, part)

        return in_batches(bound, indices).numpy()

    def interpolate(self, a, b, steps=8, phase="heap"):
        """Return what lies along the straight line from a to b in the latent space.

        Args:
            a, b: each a waveform [N] of at most one window or a picture [H, W, C], taken at its
                posterior mean, or an int, taken at the mean of that component of the prior.
            steps: at least 2; the first is a, the last is b.
            phase: see the class.

        Returns:
            float32 [steps, N] or [steps, H, W, C].
        """
        if steps < 2:
            raise ValueError(f"steps must be at least 2, received {steps}")
        fraction = np.linspace(0.0, 1.0, steps, dtype=np.float32)
        if self._in_graph(phase) and not _is_component(a) and not _is_component(b):
            ends = [np.repeat(self.medium.of_one_image(end), steps, axis=0) for end in (a, b)]
            return self.rows().interpolate(*ends, fraction).numpy()
        start, end = self._anchor(a), self._anchor(b)
        fraction = fraction[:, None]
        return self.decode((1.0 - fraction) * start + fraction * end, phase)

    def _anchor(self, end):
        if _is_component(end):
            return self.prior.sample(1, 0, temperature=0.0, component=int(end)).numpy()
        return self.encode(end)


def _is_component(end):
    return isinstance(end, (int, np.integer))


def _check_sample(count, temperature, seed):
    if count < 1:
        raise ValueError(f"count must be at least 1, received {count}")
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, received {temperature}")
    if not 0 <= seed < 2**31:
        raise ValueError(f"seed must be from 0 to 2**31 - 1, received {seed}")
