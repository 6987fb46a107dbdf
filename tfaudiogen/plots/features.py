"""Computes the features to plot: spectra, cepstral coefficients and chroma."""

from dataclasses import dataclass

import librosa
import numpy as np

from tfaudiogen.signal import decibels, mel
from tfaudiogen.signal.stft import stft

_FRAME_SECONDS = 0.05
_MEL_BINS, _COEFFICIENTS = 128, 20
_SILENT = -150.0
_RANGE = 80.0
# Frames this far below the loudest have no chroma, which would be that of inaudible noise.
_HEARD = -60.0


@dataclass(frozen=True)
class Geometry:
    """STFT settings for a sample rate: frames of about 50 ms, with a hop of a quarter.

    Attributes:
        sample_rate: in hertz.
        top: upper end of the colour scale in decibels.
    """

    sample_rate: int
    top: float = 0.0

    @classmethod
    def of(cls, sample_rate, *waveforms):
        """Return the geometry with a colour scale up to the loudest of the waveforms."""
        geometry = cls(sample_rate)
        loudest = max(log_spectrogram(waveform, geometry).max() for waveform in waveforms)
        return cls(sample_rate, float(np.clip(10 * np.ceil(loudest / 10), -60.0, 10.0)))

    @property
    def levels(self):
        """Lower and upper end of the colour scale in decibels."""
        return self.top - _RANGE, self.top

    @property
    def frame_length(self):
        """Frame length in samples, a power of two, at least 256."""
        return max(256, 2 ** round(np.log2(_FRAME_SECONDS * self.sample_rate)))

    @property
    def hop(self):
        """Hop length in samples."""
        return self.frame_length // 4

    @property
    def mel_bins(self):
        """Number of mel bands, few enough for bands to be wider than an STFT bin."""
        return min(_MEL_BINS, self.frame_length // 8)


def magnitudes(waveform, geometry):
    """Return the magnitudes [T, F] of a waveform [N], F from 0 Hz to half the sample rate."""
    return np.abs(stft(waveform, geometry.frame_length, geometry.hop))


def log_spectrogram(waveform, geometry):
    """Return decibels [T, F], 0 for a full-scale sine, with a floor of -150."""
    return _decibels(magnitudes(waveform, geometry), geometry)


def mel_spectrogram(waveform, geometry):
    """Return decibels [T, M] of mel bands on Slaney's scale."""
    filters = mel.mel_filters(geometry.mel_bins, geometry.frame_length, geometry.sample_rate)
    return _decibels(magnitudes(waveform, geometry) @ filters.T, geometry)


def mel_centres(geometry):
    """Return the centre frequencies of the mel bands in hertz, [M]."""
    return mel.mel_frequencies(geometry.mel_bins, geometry.sample_rate)[1:-1]


def cepstral_coefficients(waveform, geometry):
    """Return mel-frequency cepstral coefficients [T, 20], without the one of loudness."""
    found = mel.mfcc(
        waveform,
        geometry.sample_rate,
        _COEFFICIENTS + 1,
        geometry.frame_length,
        geometry.hop,
        geometry.mel_bins,
    )
    return np.asarray(found)[:, 1:]


def chroma(waveform, geometry):
    """Return the relative strength of the twelve pitch classes [T, 12], C first, at most 1.

    Frames 60 dB below the loudest have none.
    """
    power = magnitudes(waveform, geometry) ** 2  # [T, F]
    found = librosa.feature.chroma_stft(
        S=power.T, sr=geometry.sample_rate, n_fft=geometry.frame_length, tuning=0.0
    )
    energy = power.sum(axis=1, keepdims=True)
    return found.T * (energy > energy.max() * 10 ** (_HEARD / 10))


def _decibels(amplitudes, geometry):
    found = decibels.amplitude_to_decibels(amplitudes, geometry.frame_length)
    return np.maximum(np.asarray(found), _SILENT)
