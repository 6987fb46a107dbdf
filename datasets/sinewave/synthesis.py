"""Five families of synthetic sound between 10 and 4000 Hz."""

import numpy as np

LOWEST, HIGHEST = 10.0, 4000.0
_NYQUIST_SHARE = 0.45
_QUIETEST, _LOUDEST = 0.25, 0.9
_MOST_SINES = 8
_MOST_BOUNCES = 8
_MOST_PLUCKS = 3


def synthesise(family, generator, samples, sample_rate):
    """Return one sound, float64 [samples] in [-0.9, 0.9].

    Args:
        family: a name of `FAMILIES`.
        generator: `numpy.random.Generator`.
        samples: length in samples.
        sample_rate: Hz; frequencies stay below 0.45 of it.
    """
    seconds = np.arange(samples) / sample_rate
    highest = min(HIGHEST, _NYQUIST_SHARE * sample_rate)
    sound = FAMILIES[family](generator, seconds, highest)
    return sound * (_between(generator, _QUIETEST, _LOUDEST) / np.max(np.abs(sound)))


def _between(generator, low, high, size=None):
    """Return log-uniform random frequencies or levels."""
    return np.exp(generator.uniform(np.log(low), np.log(high), size))


def _sum_of_sines(generator, seconds, highest):
    count = generator.integers(1, _MOST_SINES, endpoint=True)
    frequencies = _between(generator, LOWEST, highest, count)
    phases = generator.uniform(0.0, 2.0 * np.pi, count)
    levels = _between(generator, 0.1, 1.0, count)
    return np.sin(2.0 * np.pi * np.outer(seconds, frequencies) + phases) @ levels


def _ascending(generator, seconds, highest):
    low, high = _octaves_apart(generator, highest)
    return _sweep(generator, seconds, low, high, seconds / seconds[-1])


def _descending(generator, seconds, highest):
    low, high = _octaves_apart(generator, highest)
    return _sweep(generator, seconds, low, high, 1.0 - seconds / seconds[-1])


def _bouncing(generator, seconds, highest):
    low, high = _octaves_apart(generator, highest)
    bounces = generator.integers(2, _MOST_BOUNCES, endpoint=True)
    place = seconds / seconds[-1] * bounces + generator.uniform(0.0, 2.0)
    return _sweep(generator, seconds, low, high, np.abs(place % 2.0 - 1.0))


def _octaves_apart(generator, highest):
    """Return two random frequencies, the second at least an octave above the first."""
    low = _between(generator, LOWEST, highest / 2.0)
    return low, _between(generator, 2.0 * low, highest)


def _sweep(generator, seconds, low, high, place):
    """Return a sine whose frequency is low * (high / low) ** place, `place` in [0, 1]."""
    frequency = low * (high / low) ** place
    phase = 2.0 * np.pi * np.cumsum(frequency) * (seconds[1] - seconds[0])
    return np.sin(phase + generator.uniform(0.0, 2.0 * np.pi))


def _plucked(generator, seconds, highest):
    """Return plucked tones: harmonics with a common onset, of which higher ones decay faster."""
    onsets = np.append(0.0, generator.uniform(0.0, 0.8, generator.integers(_MOST_PLUCKS)))
    sound = np.zeros_like(seconds)
    for onset in onsets * seconds[-1]:
        fundamental = _between(generator, 4.0 * LOWEST, highest / 4.0)
        decay = _between(generator, 1.0, 6.0)
        time = np.maximum(seconds - onset, 0.0)
        for harmonic in range(1, int(highest / fundamental) + 1)[:12]:
            envelope = np.exp(-decay * np.sqrt(harmonic) * time) / harmonic
            sound += envelope * np.sin(2.0 * np.pi * harmonic * fundamental * time)
    return sound


FAMILIES = {
    "sum_of_sines": _sum_of_sines,
    "ascending": _ascending,
    "descending": _descending,
    "bouncing": _bouncing,
    "plucked": _plucked,
}
