"""Noise of three colours."""

import numpy as np

from tfaudiogen.audio.synthesis.checks import check_choice, check_length

# Power density is proportional to f^-exponent: 0, 3 and 6 dB less per octave.
COLOURS = {"white": 0, "pink": 1, "brown": 2}


def noise(samples, colour="white", seed=0):
    """Return Gaussian noise with a peak of 1.

    Args:
        samples: length N in samples.
        colour: "white", with the same power at every frequency, "pink", with 3 dB less per octave,
            or "brown", with 6 dB less per octave.
        seed: the same seed gives the same noise.

    Returns:
        float64 [N] in [-1, 1], with a mean of 0.

    Raises:
        ValueError: an argument is out of range.

    Source: Timmer and Koenig, "On generating power law noise", Astronomy and Astrophysics 300,
    1995: white noise is weighted in the frequency domain.
    """
    check_length(samples, 1)
    check_choice(colour, COLOURS, "colour")
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(samples))
    spectrum[0] = 0.0
    spectrum[1:] *= np.arange(1, len(spectrum)) ** (-COLOURS[colour] / 2)
    sound = np.fft.irfft(spectrum, samples)
    return sound / max(np.abs(sound).max(), 1e-12)
