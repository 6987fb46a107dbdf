"""The mel scale: filter banks without empty rows, their inversion, and MFCCs."""

import math

import numpy as np
import tensorflow as tf

from tfaudiogen.signal.stft import stft

FORMULAS = ("slaney", "htk")

# Slaney's scale is linear, 15 mels per kilohertz, up to 1 kHz, and logarithmic above it, with 27
# steps to 6.4 kHz.
_BREAK_HERTZ, _BREAK_MELS = 1000.0, 15.0
_LOG_STEP = math.log(6.4) / 27

_ROWS = 32


def hertz_to_mels(hertz, formula="slaney"):
    """Convert hertz (numpy, any shape) to mels, by Slaney's or the HTK formula."""
    hertz = np.asarray(hertz, np.float64)
    if formula == "htk":
        return 2595 * np.log10(1 + hertz / 700)
    above = _BREAK_MELS + np.log(np.maximum(hertz, _BREAK_HERTZ) / _BREAK_HERTZ) / _LOG_STEP
    return np.where(hertz < _BREAK_HERTZ, hertz * (_BREAK_MELS / _BREAK_HERTZ), above)


def mels_to_hertz(mels, formula="slaney"):
    """Convert mels (numpy, any shape) to hertz, by Slaney's or the HTK formula."""
    mels = np.asarray(mels, np.float64)
    if formula == "htk":
        return 700 * (10 ** (mels / 2595) - 1)
    above = _BREAK_HERTZ * np.exp(_LOG_STEP * (np.maximum(mels, _BREAK_MELS) - _BREAK_MELS))
    return np.where(mels < _BREAK_MELS, mels * (_BREAK_HERTZ / _BREAK_MELS), above)


def mel_frequencies(bins, sample_rate, formula="slaney"):
    """Return the edges and centres of `bins` bands from 0 Hz to Nyquist, numpy [bins + 2]."""
    if formula not in FORMULAS:
        raise ValueError(f"mel_formula must be one of {FORMULAS}, received {formula!r}")
    highest = hertz_to_mels(sample_rate / 2, formula)
    return mels_to_hertz(np.linspace(0, highest, bins + 2), formula)


def triangles(bins, frame_length, sample_rate, formula="slaney"):
    """Return triangular filters of height 1, numpy float64 [bins, 1 + frame_length // 2].

    The slopes of a band are at least one STFT bin wide, so no row is empty for any geometry. Wider
    bands equal those of librosa.filters.mel(norm=None).
    """
    points = mel_frequencies(bins, sample_rate, formula)
    spacing = sample_rate / frame_length
    centres = points[1:-1, None]  # [bins, 1]
    below = np.maximum(np.diff(points)[:-1, None], spacing)
    above = np.maximum(np.diff(points)[1:, None], spacing)
    offsets = np.arange(1 + frame_length // 2) * spacing - centres  # [bins, F]
    return np.maximum(0, 1 - np.where(offsets < 0, -offsets / below, offsets / above))


def mel_filters(bins, frame_length, sample_rate, formula="slaney"):
    """Return filters whose rows sum to 1, float32 numpy [bins, 1 + frame_length // 2].

    A mel magnitude is thus a weighted mean of the magnitudes in its band, and its upper limit is
    0 dB, a full-scale sine, as for linear frequencies.
    """
    weights = triangles(bins, frame_length, sample_rate, formula)
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)


def linear_to_mel(magnitudes, filters):
    """Return the mel magnitudes [..., bins] of magnitudes [..., F].

    Uses a few rows of the filters at a time. These are zero in most columns, which are skipped; it
    takes a third of the time of the full product.

    Args:
        magnitudes: float32 [..., F].
        filters: numpy [bins, F], as made by `mel_filters`.
    """
    bands = []
    for start in range(0, len(filters), _ROWS):
        rows = filters[start : start + _ROWS]
        used = np.flatnonzero(rows.any(axis=0))
        columns = slice(used[0], used[-1] + 1)
        bands.append(tf.linalg.matmul(magnitudes[..., columns], rows[:, columns], transpose_b=True))
    return tf.concat(bands, axis=-1)


def mel_to_linear(mels, filters, iterations=20):
    """Estimate non-negative linear magnitudes from mel magnitudes.

    Multiplicative updates keep the magnitudes non-negative and never increase the generalised
    Kullback-Leibler divergence of their mel magnitudes from `mels`. The initial estimate spreads
    the magnitude of each band evenly, and stays where the bands leave the magnitudes undetermined.

    Args:
        mels: float32 [..., bins], non-negative.
        filters: numpy [bins, F], as made by `mel_filters`.
        iterations: number of updates; 20 come within 0.2 dB of the limit of many more.

    Returns:
        float32 [..., F].

    Source: Lee and Seung, "Algorithms for non-negative matrix factorization", NIPS 2000, equation
    5, with a fixed basis.
    """
    mels = tf.convert_to_tensor(mels, tf.float32)
    # Normalised by column; a bin that is in no band stays zero.
    shares = (filters / np.maximum(filters.sum(axis=0, keepdims=True), 1e-6)).astype(np.float32)

    def update(step, magnitudes):
        ratios = mels / tf.maximum(tf.linalg.matmul(magnitudes, filters, transpose_b=True), 1e-20)
        return step + 1, magnitudes * tf.linalg.matmul(ratios, shares)

    loop = (tf.constant(0), tf.linalg.matmul(mels, shares))
    return tf.while_loop(lambda step, _: step < iterations, update, loop)[1]


def mfcc(waveforms, sample_rate=22050, coefficients=20, frame_length=2048, hop=512, bins=128):
    """Return mel-frequency cepstral coefficients.

    Conventions of librosa.feature.mfcc: Slaney's mel scale and area normalisation, power spectra
    in decibels with a floor of 80 dB below the clip's loudest band, orthonormal DCT-II.

    Args:
        waveforms: float32 [..., N].
        sample_rate: in hertz.
        coefficients: number of coefficients, at most bins.
        frame_length: window length in samples.
        hop: hop length in samples.
        bins: mel bands.

    Returns:
        float32 [..., 1 + N // hop, coefficients].
    """
    if not 1 <= coefficients <= bins:
        raise ValueError(
            f"coefficients must be from 1 to bins ({bins}), received {coefficients}; raise bins"
        )
    power = tf.abs(stft(waveforms, frame_length, hop)) ** 2
    points = mel_frequencies(bins, sample_rate)
    weights = triangles(bins, frame_length, sample_rate)
    weights = weights * (2 / (points[2:] - points[:-2]))[:, None]
    bands = tf.linalg.matmul(power, weights.T.astype(np.float32))  # [..., T, bins]
    decibels = tf.math.log(tf.maximum(bands, 1e-10)) * (10 / math.log(10))
    loudest = tf.reduce_max(decibels, axis=[-2, -1], keepdims=True)
    decibels = tf.maximum(decibels, loudest - 80.0)
    return tf.signal.dct(decibels, norm="ortho")[..., :coefficients]
