"""Waveforms in, waveforms out: what every generative model of spectrogram images can do."""

import math

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from tfaudiogen import noise
from tfaudiogen.models.latent_rows import LatentRows
from tfaudiogen.models.rows import AutoencoderRows
from tfaudiogen.models.windows import blend, split, windows_for

_BATCH = 8


class SoundAutoencoder:
    """Reconstruction of waveforms, from an autoencoder of images.

    A class that mixes this in has `spectrogram` and `reconstruct_images`. Waveforms are float32 in
    [-1, 1] at `spectrogram.sample_rate`, numpy or tensors. Long sounds are cut into overlapping
    windows; the windows' images are blended, and the phase is retrieved once over the whole.

    `phase` is "heap", the better one, or "graph", the one that a SavedModel runs: Python then runs
    the same graphs, sound by sound, and gives the same numbers.
    """

    def rows(self):
        """Return the `AutoencoderRows` of this model, traced once."""
        if "_known_rows" not in self.__dict__:
            self.__dict__["_known_rows"] = AutoencoderRows(self)  # Keras tracks what it is told of
        return self._known_rows

    def reconstruct(self, waveform, phase="heap"):
        """Return what the model makes of `waveform`, [N] or [B, N] of any length, same shape."""
        waveforms, single = batch_of(waveform)
        reconstructed = np.concatenate([self._reconstruct(sound, phase) for sound in waveforms])
        return reconstructed[0] if single else reconstructed

    def _reconstruct(self, sound, phase):
        if phase == "graph":
            return self.rows().reconstruct(sound[None]).numpy()
        cut, frames = split(self.spectrogram(sound[None]), self.spectrogram)
        rebuilt = in_batches(self.reconstruct_images, cut[0])  # [W, T, F, 1]
        whole = blend(rebuilt[None], self.spectrogram)[:, :frames]
        return np.asarray(self.spectrogram.inverse(whole, phase=phase))[:, : len(sound)]


class SoundModel(SoundAutoencoder):
    """Sampling, reconstruction and interpolation of waveforms, from a model of images.

    A class that mixes this in has `spectrogram`, `posterior_parameters`, `decode_images`,
    `reconstruct_images`, `sample_latents`, `sample_images`, `image_log_prob` and `prior`. Waveforms
    and `phase` are as in `SoundAutoencoder`.
    """

    def rows(self, samples=None, draws=16):
        """Return the `LatentRows` of this model, traced once for each length and draws."""
        known = self.__dict__.setdefault("_known_rows", {})  # Keras tracks what it is told of
        if (samples, draws) not in known:
            known[samples, draws] = LatentRows(self, samples, draws)
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
        """Draw sounds from the model.

        Args:
            count: B, how many; at least 1.
            seed: int in [0, 2**31); the same seed gives the same sounds.
            temperature: scales the spread of the prior's components; in [0, inf).
            component: None, or the prior's component to draw from.
            seconds: duration; None for one window.
            phase: see the class.
            progress: show a progress bar, on a terminal.

        Returns:
            float32 [B, N].
        """
        _check_sample(count, temperature, seconds)
        if not 0 <= seed < 2**31:
            raise ValueError(f"seed must be from 0 to 2**31 - 1, received {seed}")
        samples = self.spectrogram.samples
        if seconds is not None:
            samples = max(1, round(seconds * self.spectrogram.sample_rate))
        windows = windows_for(math.ceil(samples / self.spectrogram.hop), self.spectrogram)
        key = noise.key(seed, count)

        def draw(indices):
            part = key._replace(index=indices)
            images = self.sample_images(part, windows, temperature, component)
            whole = blend(images, self.spectrogram)
            return self.spectrogram.inverse(whole, phase=phase)[:, :samples]

        def draw_in_graph(indices):
            self.prior.choose(key, component)  # refuses a component that there is not
            chosen = -1 if component is None else component
            each = tf.ones_like(indices)
            warmth = tf.fill(tf.shape(indices), tf.cast(temperature, tf.float32))
            return self.rows(samples).sample(key.seed * each, indices, warmth, chosen * each)

        return in_batches(draw_in_graph if phase == "graph" else draw, key.index, progress)

    def encode(self, waveform):
        """Return the posterior means [B, W, D] of sounds of any length, [N] or [B, N].

        W windows, each half over the next one, cover a sound; it is one where it fits.
        """
        return self.rows().encode(batch_of(waveform)[0]).numpy()

    def decode(self, latents, phase="heap"):
        """Return the waveforms [B, N] of latents [B, D] of one window, or [B, W, D] as of `encode`.

        N are the samples of whole windows: (W + 1) / 2 times those of one.
        """
        latents = tf.convert_to_tensor(latents, tf.float32)
        latents = latents[:, None] if latents.shape.rank == 2 else latents
        if latents.shape.rank != 3 or latents.shape[2] != self.latent_size or 0 in latents.shape:
            raise ValueError(
                f"latents must have the shape [B, {self.latent_size}] or "
                f"[B, W, {self.latent_size}], received {latents.shape}"
            )
        if phase == "graph":
            return self.rows().decode(latents).numpy()

        def decoded(one):
            images = in_batches(self.decode_images, one[0])  # [W, T, F, 1]
            return self.spectrogram.inverse(blend(images[None], self.spectrogram), phase=phase)

        return np.concatenate([decoded(latents[i : i + 1]) for i in range(len(latents))])

    def log_prob(self, waveform, samples=16, seed=0):
        """Return a lower bound of the log-probability of sounds of any length.

        A sound longer than a window is one of consecutive windows, each frame of it in one: the
        model knows nothing of what one window says about the next, and their bounds are added.

        Args:
            waveform: [N] or [B, N].
            samples: k, importance samples; more give a tighter bound.
            seed: int in [0, 2**31).

        Returns:
            float32 [B], nats of the 8-bit image's unpadded frames.
        """
        waveforms, _ = batch_of(waveform)
        indices = tf.range(len(waveforms), dtype=tf.int64)
        seeds = tf.fill([len(waveforms)], tf.cast(seed, tf.int64))
        return self.rows(draws=samples).log_prob(waveforms, seeds, indices).numpy()

    def interpolate(self, a, b, steps=8, phase="heap"):
        """Return [steps, N]: sounds along the straight line from a to b in the latent space.

        Args:
            a, b: each a waveform [N], taken at its posterior means, or an int, taken at the mean
                of that component of the prior. Silence follows the shorter one.
            steps: at least 2; the first is a, the last is b.
            phase: see the class.

        Returns:
            [steps, N] of as many whole windows as the longer one needs; see `decode`.
        """
        if steps < 2:
            raise ValueError(f"steps must be at least 2, received {steps}")
        fraction = np.linspace(0.0, 1.0, steps, dtype=np.float32)
        sounds = [end if _is_component(end) else _single(end) for end in (a, b)]
        if phase == "graph" and not any(map(_is_component, sounds)):
            ends = [np.repeat(sound, steps, axis=0) for sound in sounds]
            return self.rows().interpolate(*ends, fraction).numpy()
        longest = max((sound.shape[1] for sound in sounds if not _is_component(sound)), default=0)
        start, end = (self._anchor(sound, longest) for sound in sounds)  # [1, W, D]
        fraction = fraction[:, None, None]
        return self.decode((1.0 - fraction) * start + fraction * end, phase)

    def _anchor(self, end, longest):
        if _is_component(end):
            return self.prior.sample(1, 0, temperature=0.0, component=int(end)).numpy()[:, None]
        return self.encode(np.pad(end, [(0, 0), (0, longest - end.shape[1])]))


def _is_component(end):
    return isinstance(end, (int, np.integer))


def _single(waveform):
    """Return float32 [1, N] of one sound [N]."""
    waveforms, single = batch_of(waveform)
    if not single:
        raise ValueError(f"a and b must be sounds [N], received the shape {waveforms.shape}")
    return waveforms


def in_batches(function, values, progress=False):
    """Apply `function` to `values` [B, ...] a few at a time, so that memory stays bounded."""
    starts = range(0, len(values), _BATCH)
    bar = tqdm(starts, unit="batch", leave=False, disable=None if progress else True)
    return tf.concat([function(values[i : i + _BATCH]) for i in bar], axis=0)


def batch_of(waveform):
    """Return (float32 [B, N], whether the input was a single [N])."""
    waveforms = np.asarray(waveform, np.float32)
    if waveforms.ndim not in (1, 2) or waveforms.size == 0:
        raise ValueError(
            f"waveform must have the shape [N] or [B, N] and not be empty, "
            f"received shape {waveforms.shape}"
        )
    if not np.all(np.isfinite(waveforms)):
        raise ValueError("waveform must be finite, received NaN or infinity")
    return np.atleast_2d(waveforms), waveforms.ndim == 1


def _check_sample(count, temperature, seconds):
    if count < 1:
        raise ValueError(f"count must be at least 1, received {count}")
    if temperature < 0:
        raise ValueError(f"temperature must not be negative, received {temperature}")
    if seconds is not None and not seconds > 0:
        raise ValueError(f"seconds must be positive, received {seconds}")
