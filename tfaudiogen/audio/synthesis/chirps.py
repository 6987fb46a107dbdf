"""Sines whose frequency moves."""

import numpy as np

from tfaudiogen.audio.synthesis.checks import check_choice, check_frequency, check_length

SHAPES = ("ascending", "descending", "bouncing")


def chirp(low, high, samples, sample_rate, shape="ascending", bounces=2):
    """Return a sine whose pitch moves between two frequencies, at equal octaves per second.

    Args:
        low, high: frequencies in hertz, with 0 < low < high < sample_rate / 2.
        samples: length N in samples.
        sample_rate: in hertz.
        shape: "ascending" from low to high, "descending", or "bouncing" up and down again.
        bounces: how many times a bouncing one goes up and down, at least 1.

    Returns:
        float64 [N] in [-1, 1]; it begins with 0.

    Raises:
        ValueError: an argument is out of range.
    """
    check_length(samples, sample_rate)
    check_choice(shape, SHAPES, "shape")
    check_frequency(low, sample_rate, "low")
    check_frequency(high, sample_rate, "high")
    if not low < high:
        raise ValueError(
            f"low must be below high, received {low:g} and {high:g}: give shape='descending' for a "
            "falling chirp"
        )
    if bounces < 1:
        raise ValueError(f"bounces must be at least 1, received {bounces}")
    frequency = low * (high / low) ** _positions(samples, shape, bounces)
    # The phase is the integral of the frequency, by the trapezoidal rule.
    turns = np.append(0.0, np.cumsum((frequency[1:] + frequency[:-1]) / 2)) / sample_rate
    return np.sin(2 * np.pi * turns)


def _positions(samples, shape, bounces):
    """Return how far from low (0) to high (1) the pitch is, [N]."""
    share = np.arange(samples) / samples
    if shape == "ascending":
        return share
    if shape == "descending":
        return 1.0 - share
    return 1.0 - np.abs(2 * share * bounces % 2 - 1)
