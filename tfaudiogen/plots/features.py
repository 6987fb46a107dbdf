"""Computes the spectra, cepstral coefficients and chroma that are plotted."""

from dataclasses import dataclass

import librosa
import numpy as np

from tfaudiogen.signal import decibels, mel
from tfaudiogen.signal.stft import stft

_FRAME_SECONDS = 0.05
_MEL_BINS, _COEFFICIENTS = 128, 20
_SILENT = -150.0
_RANGE = 80.0
# Chroma of what is so far below the loudest frame would be that of noise nobody hears.
_HEARD = -60.0


@dataclass(frozen=True)
class Geometry:
    """Frames of a sound of this rate: about 50 ms long, a quarter of that apart.

    Attributes:
        sample_rate: Hz.
        top: decibels at the bright end of the colours.
    """

    sample_rate: int
    top: float = 0.0

    @classmethod
    def of(cls, sample_rate, *waveforms):
        """Return the geometry whose colours end above the loudest of the waveforms."""
        geometry = cls(sample_rate)
        loudest = max(log_spectrogram(waveform, geometry).max() for waveform in waveforms)
        return cls(sample_rate, float(np.clip(10 * np.ceil(loudest / 10), -60.0, 10.0)))

    @property
    def levels(self):
        """Decibels of the dark and of the bright end of the colours."""
        return self.top - _RANGE, self.top

    @property
    def frame_length(self):
        """Samples of a frame, a power of two, at least 256."""
        return max(256, 2 ** round(np.log2(_FRAME_SECONDS * self.sample_rate)))

    @property
    def hop(self):
        """Samples from one frame to the next."""
        return self.frame_length // 4

    @property
    def mel_bins(self):
        """Bands of a mel spectrogram, few enough to be wider than a bin of the transform."""
        return min(_MEL_BINS, self.frame_length // 8)


def magnitudes(waveform, geometry):
    """Return the magnitudes [T, F] of a waveform [N], F from 0 Hz to half the sample rate."""
    return np.abs(stft(waveform, geometry.frame_length, geometry.hop))


def log_spectrogram(waveform, geometry):
    """Return decibels [T, F], 0 for a full-scale sine, not below -150."""
    return _decibels(magnitudes(waveform, geometry), geometry)


def mel_spectrogram(waveform, geometry):
    """Return decibels [T, M] of bands that are equally wide on Slaney's mel scale."""
    filters = mel.mel_filters(geometry.mel_bins, geometry.frame_length, geometry.sample_rate)
    return _decibels(magnitudes(waveform, geometry) @ filters.T, geometry)


def mel_centres(geometry):
    """Return the centres of the mel bands in Hz, [M]."""
    return mel.mel_frequencies(geometry.mel_bins, geometry.sample_rate)[1:-1]


def cepstral_coefficients(waveform, geometry):
    """Return mel-frequency cepstral coefficients [T, 20], the loudness left out."""
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
    """Return the share of the twelve pitch classes [T, 12], C first, 1 for the strongest.

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
