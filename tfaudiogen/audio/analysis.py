"""Spectrograms, mel spectrograms and MFCCs of a sound, and the way back to a waveform."""

from dataclasses import dataclass

import numpy as np
from scipy.fft import idct

from tfaudiogen.plots.features import Geometry
from tfaudiogen.signal import decibels, mel, phase
from tfaudiogen.signal.stft import check_geometry, stft

# Decibels below which levels are cut: those of digital silence.
_FLOOR = -150.0


@dataclass(frozen=True)
class Frames:
    """Settings of a short-time Fourier transform.

    Attributes:
        sample_rate: in hertz.
        frame_length: window length in samples.
        hop: hop length in samples.
    """

    sample_rate: int
    frame_length: int
    hop: int

    @classmethod
    def of(cls, sample_rate, frame_length=None, hop=None):
        """Return checked settings; by default frames of about 50 ms, with a quarter as hop."""
        frame_length = frame_length or Geometry(sample_rate).frame_length
        hop = hop or frame_length // 4
        check_geometry(frame_length, hop)
        return cls(sample_rate, frame_length, hop)


def magnitudes(waveform, frames):
    """Return magnitudes [T, F] of a waveform [N], T = 1 + N // hop, F = 1 + frame_length // 2."""
    return np.abs(stft(waveform, frames.frame_length, frames.hop))


def mel_magnitudes(waveform, frames, bins):
    """Return mel magnitudes [T, bins] on Slaney's scale, each a weighted mean of its band."""
    return magnitudes(waveform, frames) @ _filters(frames, bins).T


def mfcc(waveform, frames, coefficients, bins):
    """Return mel-frequency cepstral coefficients [T, coefficients], as librosa computes them."""
    settings = (coefficients, frames.frame_length, frames.hop, bins)
    return np.asarray(mel.mfcc(waveform, frames.sample_rate, *settings))


def to_decibels(values, frames):
    """Return magnitudes in decibels, 0 for a full-scale sine, at least -150."""
    levels = decibels.amplitude_to_decibels(values, frames.frame_length)
    return np.maximum(np.asarray(levels), _FLOOR)


def from_decibels(levels, frames):
    """Return the magnitudes of decibels."""
    return np.asarray(decibels.decibels_to_amplitude(levels, frames.frame_length))


def from_magnitudes(values, frames, length):
    """Return the waveform [length] with these magnitudes [T, F]; the phase is retrieved."""
    return phase.retrieve_phase(values, frames.frame_length, frames.hop, length)


def from_mel(values, frames, length):
    """Return a waveform [length] with these mel magnitudes [T, bins]."""
    linear = mel.mel_to_linear(values, _filters(frames, values.shape[1]))
    return from_magnitudes(np.asarray(linear), frames, length)


def from_mfcc(values, frames, bins, length):
    """Return a waveform [length] with these coefficients [T, C] of `bins` mel bands.

    Coefficients from C on are 0, which smooths the spectrum over neighbouring bands.
    """
    levels = idct(values.astype(np.float64), n=bins, norm="ortho", axis=1)
    bands = 10 ** (levels / 10) / _mfcc_gains(frames, bins)
    power = mel.mel_to_linear(bands.astype(np.float32), _filters(frames, bins))
    return from_magnitudes(np.sqrt(np.asarray(power)), frames, length)


def _filters(frames, bins):
    return mel.mel_filters(bins, frames.frame_length, frames.sample_rate)


def _mfcc_gains(frames, bins):
    """Return by how much the bands of MFCCs exceed the means of `mel_filters`, [bins]."""
    points = mel.mel_frequencies(bins, frames.sample_rate)
    weights = mel.triangles(bins, frames.frame_length, frames.sample_rate)
    return weights.sum(axis=1) * 2 / (points[2:] - points[:-2])


def frequencies(kind, count, frames):
    """Return the frequencies in hertz of `count` columns, or their numbers for MFCCs."""
    if kind == "mfcc":
        return np.arange(count)
    if "mel" in kind:
        return mel.mel_frequencies(count, frames.sample_rate)[1:-1]
    return np.arange(count) * (frames.sample_rate / frames.frame_length)


def length_of(count, frames):
    """Return the samples of T frames whose waveform is not known: (T - 1) * hop, at least 1."""
    return max(1, (count - 1) * frames.hop)
