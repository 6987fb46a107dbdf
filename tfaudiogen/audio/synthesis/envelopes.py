"""Envelopes: how the level of a tone changes over time."""

import numpy as np

from tfaudiogen.audio.synthesis.checks import check_length


def adsr(samples, sample_rate, attack=0.01, decay=0.1, sustain=0.7, release=0.1):
    """Return an envelope of attack, decay, sustain and release, with straight lines.

    It rises from 0 to 1 during the attack, falls to `sustain` during the decay, stays there, and
    falls to 0 during the release, which ends with the sound.

    Args:
        samples: length N in samples.
        sample_rate: in hertz.
        attack, decay, release: durations in seconds, at least 0; together at most N / sample_rate.
        sustain: level in [0, 1].

    Returns:
        float64 [N] in [0, 1].

    Raises:
        ValueError: a duration is negative, they exceed the sound, or `sustain` is not in [0, 1].
    """
    check_length(samples, sample_rate)
    _check_shape(samples / sample_rate, attack, decay, sustain, release)
    points = np.array([0.0, attack, attack + decay, samples / sample_rate - release])
    # Equal times, of a duration of 0, would leave the level between them open.
    times = np.maximum.accumulate(points + np.arange(4) * 1e-12)
    times = np.append(times, max(samples / sample_rate, times[-1] + 1e-12))
    levels = [1.0 if attack == 0 else 0.0, 1.0, sustain, sustain, 0.0]
    return np.interp(np.arange(samples) / sample_rate, times, levels)


def _check_shape(seconds, attack, decay, sustain, release):
    shape = {"attack": attack, "decay": decay, "release": release}
    for name, value in shape.items():
        if not value >= 0:
            raise ValueError(f"{name} must be at least 0 seconds, received {value}")
    if sum(shape.values()) > seconds * (1 + 1e-9):
        raise ValueError(
            f"attack, decay and release must together last at most the {seconds:.3g} s of the "
            f"sound, received {sum(shape.values()):.3g} s: shorten one of them"
        )
    if not 0 <= sustain <= 1:
        raise ValueError(f"sustain must be a level in [0, 1], received {sustain}")
