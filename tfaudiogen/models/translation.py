"""What a translator does with sounds and pictures: drawing the one for the other, and scoring."""

import numpy as np
import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.models.batches import in_batches
from tfaudiogen.models.long_codes import Filling, check_columns, empty
from tfaudiogen.models.media import medium_of
from tfaudiogen.models.windows import consecutive

# Drawn at a time: a step draws one code of each, and takes hardly longer for many.
_TOGETHER = 32


class Translation:
    """`sample` and `log_prob` of a `Translator`.

    Sounds are float32 [N] or [B, N], pictures [H, W, C] or [B, H, W, C], as in `SoundMedium` and
    `PictureMedium`. A given sound that is longer than a window is one of consecutive windows, whose
    vectors the encoder joins to those of the whole: the priors attend to them, and give one target.
    """

    @property
    def medium(self):
        """The `SoundMedium` or `PictureMedium` of what is drawn."""
        return medium_of(self.spectrogram)

    def vectors(self, given):
        """Return the vectors [B, M, V] of sounds of any length, or of pictures."""
        batch, _ = medium_of(self.source).batch(given)
        if self.source.kind == "pictures":
            return in_batches(self, batch)
        return tf.concat([self._vectors_of_sound(sound) for sound in batch], axis=0)

    def _vectors_of_sound(self, sound):
        images, frames = consecutive(sound, self.source)
        return self.encoder.joined(in_batches(self, images), frames)

    def sample(
        self,
        inputs,
        count=1,
        seed=0,
        temperature=1.0,
        top_k=None,
        top_p=None,
        guidance=1.0,
        seconds=None,
        phase="heap",
        progress=False,
    ):
        """Draw pictures for sounds, or sounds for pictures.

        Args:
            inputs: the source: waveforms [N] or [B, N], or pictures [H, W, C] or [B, H, W, C].
            count: n, draws for each; at least 1.
            seed: int in [0, 2**31); the same seed gives the same draws for the same place in a
                batch.
            temperature, top_k, top_p: of each prior; see `CodePrior.sample`.
            guidance: how far logits move from those without the source to those with it; 1 for the
                plain distribution, more for draws that show the source more clearly.
            seconds: duration of sounds; None for one window. Longer ones continue by half windows
                of codes, and the phase is retrieved once over the whole.
            phase: of sounds, "heap" or "graph"; see `SoundMedium`.
            progress: show a progress bar, on a terminal.

        Returns:
            float32 [B, n, ...] of pictures [H, W, C] or waveforms [N]; [n, ...] for a single input.

        Raises:
            ValueError: an argument is out of its range or of another shape.
        """
        self._check_sample(count, seed, temperature, top_k, top_p, guidance)
        samples = self.medium.length(seconds)
        windows = self.medium.windows(samples)
        _, single = medium_of(self.source).batch(inputs)
        vectors = self.vectors(inputs)
        key = noise.key(seed, len(vectors) * count)
        settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        settings["guidance"] = guidance

        def draw(part):
            chosen = tf.gather(vectors, part // count)
            codes = self.sample_codes(key._replace(index=part), chosen, windows, settings)
            images = self.target.long_images(codes, windows)
            return self.medium.inverse(images, samples, phase)

        drawn = in_batches(draw, key.index, progress, _TOGETHER)
        drawn = tf.reshape(drawn, (-1, count, *drawn.shape[1:]))
        return drawn[0] if single else drawn

    def _check_sample(self, count, seed, temperature, top_k, top_p, guidance):
        if not 0 <= seed < 2**31:
            raise ValueError(f"seed must be from 0 to 2**31 - 1, received {seed}")
        if guidance < 0:
            raise ValueError(f"guidance must not be negative, received {guidance}")
        for prior in self.priors:
            prior.check_sampling(count, temperature, top_k, top_p, 1.0)

    def sample_codes(self, key, vectors, windows=1, settings=None):
        """Draw the codes of all levels of the target.

        Args:
            key: `tfaudiogen.noise.Key` of B draws.
            vectors: [B, M, V] of the source.
            windows: W, windows of each sound.
            settings: of `CodePrior.draw`.

        Returns:
            List of int32 [B, T_l (W + 1) / 2, ...], top level first.
        """
        shapes, _ = self.target.code_maps()
        if windows > 1:
            check_columns(shapes)
        codes = empty(len(key.index), shapes, windows)
        known = [np.zeros(code.shape[1], bool) for code in codes]
        return Filling(self.priors, key, None, settings or {}, vectors=vectors).fill(codes, known)

    def log_prob(self, targets, inputs):
        """Return a lower bound of the log-probability of targets given inputs.

        A target sound longer than a window is one of consecutive windows, each frame of it in one,
        whose bounds are added.

        Args:
            targets: B waveforms [B, N] or pictures [B, H, W, C], or a single one without B.
            inputs: as many of the source.

        Returns:
            float32 [B], nats of the 8-bit images; of sounds, those of their unpadded frames.

        Raises:
            ValueError: there are more of one than of the other.
        """
        batch, _ = self.medium.batch(targets)
        vectors = self.vectors(inputs)
        if len(batch) != len(vectors):
            raise ValueError(
                f"targets and inputs must be as many; received {len(batch)} and {len(vectors)}"
            )
        if self.medium.has_phase:
            pairs = zip(batch, vectors, strict=True)
            return np.array([self._log_prob_of_sound(*pair) for pair in pairs], np.float32)

        def bound(part):
            images, rows = self.medium.images(tf.gather(batch, part))
            return self.image_log_prob(images, rows, tf.gather(vectors, part))

        return in_batches(bound, tf.range(len(batch))).numpy()

    def _log_prob_of_sound(self, sound, vectors):
        images, frames = consecutive(sound, self.spectrogram)

        def bound(part):
            told = tf.repeat(vectors[None], len(part), axis=0)
            return self.image_log_prob(tf.gather(images, part), tf.gather(frames, part), told)

        return tf.reduce_sum(in_batches(bound, tf.range(len(images))))
