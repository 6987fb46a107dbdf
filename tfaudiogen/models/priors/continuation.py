"""`CodeContinuation`: continuation and inpainting of sounds."""

import numpy as np
import tensorflow as tf

from tfaudiogen.models.modalities.code_windows import check_columns, join
from tfaudiogen.models.modalities.windows import split, windows_for
from tfaudiogen.models.priors.long_codes import CodeSampler, empty
from tfaudiogen.probability import noise
from tfaudiogen.signal import decibels


class CodeContinuation:
    """Mixin of `CodeModel` that continues (`extend`) and inpaints sounds of any length.

    The input sound keeps its own magnitudes; the generated part is decoded from codes. The
    magnitudes of both are crossfaded over one column of the top level, and phase retrieval runs
    once over the whole.
    """

    def extend(self, waveform, seconds, seed=0, label=None, phase="pghi", **settings):
        """Continues a sound.

        Args:
            waveform: [N].
            seconds: total duration, longer than that of `waveform`.
            seed: int in [0, 2**31).
            label: None, a class name or an int.
            phase: as in `sample`.
            settings: temperature, top_k, top_p and guidance, as in `sample`.

        Returns:
            float32 [round(seconds sample_rate)].
        """
        self._check_sounds("extend")
        sound, samples = self._single(waveform), self.modality.length(seconds)
        if samples <= len(sound):
            before = len(sound) / self.representation.sample_rate
            raise ValueError(
                f"seconds must be more than the {before:.2f} s that are given, received {seconds}"
            )
        longer = np.pad(sound, (0, samples - len(sound)))
        # The last whole column was encoded with the silence after the end, so it is redrawn.
        column = self._frames_of_a_column()
        kept = max(0, len(sound) // self.representation.hop // column - 1)
        return self._redraw(longer, (kept, None), seed, label, phase, settings, 1)

    def inpaint(
        self, waveform, start, end, seed=0, label=None, phase="pghi", candidates=8, **settings
    ):
        """Regenerates a sound between two times.

        Args:
            waveform: [N].
            start, end: seconds, 0 <= start < end <= duration; widened to whole columns of the top
                level.
            seed, label, phase, settings: as in `extend`.
            candidates: number of candidates to draw, of which importance resampling chooses one
                given what follows; see `tfaudiogen.models.priors.long_codes`.

        Returns:
            float32 [N].
        """
        self._check_sounds("inpaint")
        sound = self._single(waveform)
        duration = len(sound) / self.representation.sample_rate
        if not 0 <= start < end <= duration:
            raise ValueError(
                f"start and end must be 0 <= start < end <= {duration:.2f} s, the duration; "
                f"received {start} and {end}"
            )
        if candidates < 1:
            raise ValueError(f"candidates must be at least 1, received {candidates}")
        column = self._frames_of_a_column() * self.representation.hop
        rate = self.representation.sample_rate
        gap = int(start * rate // column), int(-(-end * rate // column))
        return self._redraw(sound, gap, seed, label, phase, settings, candidates)

    def _check_sounds(self, verb):
        if not self.modality.has_phase:
            raise ValueError(f"{verb} is for sounds, and this is a model of pictures")

    def _single(self, waveform):
        """Return one waveform as float32 [N]."""
        batch, single = self.modality.batch(waveform)
        if not single:
            raise ValueError(f"waveform must be one sound [N], received the shape {batch.shape}")
        return batch[0]

    def _frames_of_a_column(self):
        return self.representation.frames // self.code_maps()[0][0][0]

    def _redraw(self, sound, gap, seed, label, phase, settings, candidates):
        """Return the waveform with the top level's columns in `gap`, (start, end), regenerated."""
        names = ("temperature", "top_k", "top_p", "guidance")
        settings = self._settings(1, seed, label, **{**dict.fromkeys(names), **settings})
        frames = -(-len(sound) // self.representation.hop)
        windows = windows_for(frames, self.representation)
        image = self.representation(sound[None])[:, :frames]  # [1, T, F, 1]
        codes, known = self._codes_but(image, windows, gap)
        key = noise.key(seed, 1)
        labels = self.labels(label, 1, key)
        sampler = CodeSampler(self.priors, key, labels, settings, candidates)
        drawn = self.long_images(sampler.generate(codes, known), windows)[:, :frames]
        weights = self._weights(frames, gap)
        whole = _mixed(image, drawn, weights, self.representation)
        return np.asarray(self.representation.inverse(whole, phase=phase))[0, : len(sound)]

    def _codes_but(self, image, windows, gap):
        """Return the code maps of an image, and bool [T_l], the columns outside the gap."""
        shapes, _ = self.code_maps()
        check_columns(shapes)
        cut, _ = split(image, self.representation)
        parts = [self.encode_codes(cut[0, i : i + 8]) for i in range(0, windows, 8)]
        codes = empty(1, shapes, windows)
        known = []
        for level, code in enumerate(codes):
            code[0] = join(np.concatenate([np.asarray(part[level]) for part in parts]))
            ratio = shapes[level][0] // shapes[0][0]
            first, last = (end and end * ratio for end in gap)
            outside = np.ones(code.shape[1], bool)
            outside[first:last] = False
            known.append(outside)
        return codes, known

    def _weights(self, frames, gap):
        """Return float32 [T], the crossfade weight of the original image at each frame."""
        column = self._frames_of_a_column()
        position = np.arange(frames)
        before = np.clip(gap[0] - (position + 0.5) / column, 0, 1)
        after = (
            0 * position if gap[1] is None else np.clip((position + 0.5) / column - gap[1], 0, 1)
        )
        return np.sin(0.5 * np.pi * (before + after)).astype(np.float32) ** 2


def _mixed(image, other, weights, spectrogram):
    """Mixes the amplitudes of two images [1, T, F, 1], with weights [T] for the first."""
    scale = (spectrogram.frame_length, *spectrogram.decibels)
    own, drawn = (decibels.image_to_amplitude(one, *scale) for one in (image, other))
    weights = tf.constant(weights)[:, None, None]
    return decibels.amplitude_to_image(weights * own + (1.0 - weights) * drawn, *scale)
