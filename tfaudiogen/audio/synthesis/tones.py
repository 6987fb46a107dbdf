"""Tones of a fixed pitch: sums of sines, harmonic tones and plucked strings."""

import numpy as np
from scipy.signal import lfilter

from tfaudiogen.audio.synthesis.checks import check_frequency, check_length


def sines(hertz, samples, sample_rate, levels=None, phase=0.0):
    """Return a weighted sum of sines.

    Args:
        hertz: frequency in hertz, or K of them, each above 0 and below half of the sample rate.
        samples: length N in samples.
        sample_rate: in hertz.
        levels: K weights, at least 0; equal if None. They are divided by their sum.
        phase: of all sines at the first sample, in radians.

    Returns:
        float64 [N] in [-1, 1].

    Raises:
        ValueError: a frequency is out of range, or the levels do not fit.
    """
    check_length(samples, sample_rate)
    frequencies = np.atleast_1d(np.asarray(hertz, np.float64))
    for frequency in frequencies:
        check_frequency(frequency, sample_rate)
    time = np.arange(samples) / sample_rate
    sound = np.zeros(samples)
    for frequency, level in zip(frequencies, _shares(levels, len(frequencies)), strict=True):
        sound += level * np.sin(2 * np.pi * frequency * time + phase)
    return sound


def harmonic(hertz, samples, sample_rate, harmonics=8, slope=1.0):
    """Return a tone of the fundamental and its multiples, with levels k^-slope.

    A slope of 1 is that of a sawtooth, and 2 is softer. Multiples from half of the sample rate on
    are left out, so that none is mirrored to a wrong frequency.

    Args:
        hertz: fundamental in hertz, above 0 and below half of the sample rate.
        samples: length N in samples.
        sample_rate: in hertz.
        harmonics: number of sines with the fundamental, at least 1.
        slope: exponent of the levels.

    Returns:
        float64 [N] in [-1, 1].

    Raises:
        ValueError: an argument is out of range.
    """
    check_frequency(hertz, sample_rate)
    if harmonics < 1:
        raise ValueError(f"harmonics must be at least 1, received {harmonics}")
    numbers = np.arange(1, harmonics + 1)
    numbers = numbers[numbers * hertz < sample_rate / 2]
    return sines(numbers * hertz, samples, sample_rate, numbers ** -float(slope))


def plucked(hertz, samples, sample_rate, decay=2.0, seed=0):
    """Return a plucked string: noise that circulates in a delay line with a low-pass filter.

    The delay is tuned by an all-pass filter, so the pitch is not bound to whole samples. High
    harmonics fade sooner than the fundamental.

    Args:
        hertz: pitch in hertz, above 0 and below a fourth of the sample rate.
        samples: length N in samples.
        sample_rate: in hertz.
        decay: seconds in which the fundamental loses 60 dB, above 0.
        seed: of the noise.

    Returns:
        float64 [N] in [-1, 1].

    Raises:
        ValueError: an argument is out of range.

    Source: Karplus and Strong, "Digital synthesis of plucked-string and drum timbres", Computer
    Music Journal 7(2), 1983; the tuning is that of Jaffe and Smith in the same volume.
    """
    check_length(samples, sample_rate)
    check_frequency(2 * hertz, sample_rate, "twice the hertz of a string")
    if not decay > 0:
        raise ValueError(f"decay must be above 0 seconds, received {decay}")
    period = sample_rate / hertz
    burst = np.random.default_rng(seed).uniform(-1.0, 1.0, round(period))
    excitation = np.zeros(samples)
    excitation[: len(burst)] = (burst - burst.mean())[:samples]
    sound = lfilter(*_string(period, 10.0 ** (-3.0 / (hertz * decay))), excitation)
    return sound / max(np.abs(sound).max(), 1e-12)


def _string(period, loss):
    """Return numerator and denominator of a loop that lasts `period` samples.

    The loop delays by whole samples, by a weighted mean of two neighbours, and by the rest, from
    0.1 to 1.1 samples, in a first-order all-pass filter.

    Args:
        period: in samples.
        loss: gain of the fundamental in each period.
    """
    turn = 2 * np.pi / period
    weight, delay, scale = _mean_of_neighbours(turn, loss)
    whole = int(np.floor(period - delay - 0.1))
    rest = period - delay - whole
    # With this pole the filter delays the fundamental by `rest`.
    pole = np.sin((1 - rest) * turn / 2) / np.sin((1 + rest) * turn / 2)
    denominator = np.zeros(whole + 3)
    denominator[:2] = 1.0, pole
    denominator[whole:] -= scale * np.convolve([1 - weight, weight], [pole, 1.0])
    return [1.0, pole], denominator


def _mean_of_neighbours(turn, loss):
    """Return weight of the earlier sample, delay in samples and scale of a mean with that loss.

    An equal mean would take more than `loss` from high strings; the weight then becomes smaller.
    """
    product = (1 - loss**2) / (2 * (1 - np.cos(turn)))  # weight (1 - weight), with a scale of 1
    weight = 0.5 if product >= 0.25 else (1 - np.sqrt(1 - 4 * product)) / 2
    response = 1 - weight + weight * np.exp(-1j * turn)
    return weight, -np.angle(response) / turn, min(1.0, loss / abs(response))


def _shares(levels, count):
    """Return levels divided by their sum."""
    levels = np.ones(count) if levels is None else np.asarray(levels, np.float64)
    if levels.shape != (count,) or not (levels >= 0).all() or not levels.sum() > 0:
        raise ValueError(
            f"levels must be one for each of the {count} sines, at least 0 and not all 0; "
            f"received {levels.tolist()}"
        )
    return levels / levels.sum()
