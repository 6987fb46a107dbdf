"""Random audio augmentations, keyed by (seed, epoch, example id)."""

from dataclasses import dataclass, fields

import tensorflow as tf

from tfaudiogen.probability import noise

_NOISE_SPAN = 20.0
_SEMITONES = 12.0
_DECIBELS_A_FACTOR_TEN = 20.0


@dataclass(frozen=True)
class Augmentation:
    """Maximum strength of each augmentation; 0 or None turns it off.

    Attributes:
        gain_db: gain, uniform in plus or minus this many decibels.
        noise_db: level of white noise relative to full scale (a negative number), uniform between
            this and 20 dB less.
        time_shift_seconds: shift, uniform in plus or minus this many seconds. At most half of the
            sound is shifted out of the window and lost.
        pitch_semitones: pitch shift, uniform in plus or minus this many semitones. Stretches the
            frequency axis of the spectrogram; the time axis stays (formants move with the pitch).
        frequency_mask: silences one band of up to this many bins.
        time_mask: silences one interval of up to this many frames. (Both masks: Park et al.,
            "SpecAugment", 2019.)
    """

    gain_db: float = 0.0
    noise_db: float | None = None
    time_shift_seconds: float = 0.0
    pitch_semitones: float = 0.0
    frequency_mask: int = 0
    time_mask: int = 0

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "noise_db" and value < 0:
                raise ValueError(f"{field.name} must not be negative; received {value}")
        if self.noise_db is not None and self.noise_db > 0:
            raise ValueError(
                f"noise_db is relative to full scale and must not be above 0; "
                f"received {self.noise_db}"
            )

    @property
    def of_waveforms(self):
        """Names of the enabled augmentations that need the waveform."""
        wanted = {
            "gain_db": self.gain_db > 0,
            "noise_db": self.noise_db is not None,
            "time_shift_seconds": self.time_shift_seconds > 0,
        }
        return [name for name, on in wanted.items() if on]

    def change_waveforms(self, waveforms, lengths, key, sample_rate):
        """Return the augmented waveforms, float32 [B, N], and their unpadded lengths, int64 [B]."""
        if self.gain_db:
            gain = _symmetric(key, "gain") * self.gain_db
            waveforms *= _amplitude(gain)[:, None]
        if self.time_shift_seconds:
            shift = _symmetric(key, "time shift") * self.time_shift_seconds * sample_rate
            waveforms, lengths = _shift(waveforms, lengths, tf.cast(shift, tf.int64))
        if self.noise_db is not None:
            level = self.noise_db - _NOISE_SPAN * noise.uniform(key, "noise level")
            hiss = noise.normal(key, "noise", waveforms.shape[1:]) * _amplitude(level)[:, None]
            waveforms += hiss * tf.sequence_mask(lengths, waveforms.shape[1], tf.float32)
        return waveforms, lengths

    def change_images(self, images, key, frequencies):
        """Return the augmented spectrograms, float32 [B, T, F, 1].

        Args:
            images: spectrograms, float32 [B, T, F, 1]; 0 is silence.
            key: `noise.Key` of the examples.
            frequencies: Hz of each of the F bins, increasing.
        """
        if self.pitch_semitones:
            semitones = _symmetric(key, "pitch") * self.pitch_semitones
            images = _stretch(images, 2.0 ** (semitones / _SEMITONES), frequencies)
        if self.frequency_mask:
            images *= _mask(key, "frequency", images.shape[2], self.frequency_mask)[
                :, None, :, None
            ]
        if self.time_mask:
            images *= _mask(key, "time", images.shape[1], self.time_mask)[:, :, None, None]
        return images


def _symmetric(key, stream):
    return 2.0 * noise.uniform(key, stream) - 1.0


def _amplitude(decibels):
    return 10.0 ** (decibels / _DECIBELS_A_FACTOR_TEN)


def _shift(waveforms, lengths, shift):
    """Delay each waveform by `shift` samples (int64 [B]); at least half of the sound stays."""
    samples = waveforms.shape[1]
    shift = tf.clip_by_value(shift, -(lengths // 2), tf.maximum(samples - lengths // 2, 0))
    positions = tf.range(samples, dtype=tf.int64)[None, :] - shift[:, None]
    inside = (positions >= 0) & (positions < samples)
    shifted = tf.gather(waveforms, tf.clip_by_value(positions, 0, samples - 1), batch_dims=1)
    lengths = tf.clip_by_value(lengths + shift, 1, samples)
    return tf.where(inside, shifted, 0.0), lengths


def _stretch(images, factors, frequencies):
    """Move the content at frequency f to factor * f, interpolated linearly between bins."""
    frequencies = tf.constant(frequencies, tf.float32)
    bins = frequencies.shape[0]
    wanted = frequencies[None, :] / factors[:, None]  # [B, F]
    upper = tf.searchsorted(frequencies, tf.reshape(wanted, [-1]), side="right")
    upper = tf.clip_by_value(tf.reshape(upper, tf.shape(wanted)), 1, bins - 1)
    low, high = tf.gather(frequencies, upper - 1), tf.gather(frequencies, upper)
    weight = tf.clip_by_value((wanted - low) / (high - low), 0.0, 1.0)[:, None, :, None]
    below = tf.gather(images, upper - 1, axis=2, batch_dims=1)
    above = tf.gather(images, upper, axis=2, batch_dims=1)
    audible = tf.cast(wanted <= frequencies[-1], tf.float32)[:, None, :, None]
    return (below * (1.0 - weight) + above * weight) * audible


def _mask(key, stream, size, widest):
    """Return float32 [B, size]: 0 on one interval of up to `widest` positions, 1 elsewhere."""
    widest = min(widest, size)
    width = tf.floor(noise.uniform(key, f"{stream} mask width") * (widest + 1))
    first = tf.floor(noise.uniform(key, f"{stream} mask place") * (size - width + 1))
    positions = tf.range(size, dtype=tf.float32)[None, :]
    inside = (positions >= first[:, None]) & (positions < (first + width)[:, None])
    return 1.0 - tf.cast(inside, tf.float32)
