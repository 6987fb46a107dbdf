"""Checks the arguments of the synthesis."""

import math


def check_length(samples, sample_rate):
    """Raise ValueError unless both are positive."""
    if samples < 1:
        raise ValueError(
            f"samples must be at least 1, received {samples}: ask for a longer duration"
        )
    if not (math.isfinite(sample_rate) and sample_rate > 0):
        raise ValueError(
            f"sample_rate must be above 0, received {sample_rate}: give it in hertz, such as 22050"
        )


def check_frequency(hertz, sample_rate, name="hertz"):
    """Raise ValueError unless a frequency is above 0 and below half of the sample rate."""
    if not 0 < hertz < sample_rate / 2:
        raise ValueError(
            f"{name} must be above 0 and below half of the sample rate ({sample_rate / 2:g} Hz), "
            f"received {hertz:g}: choose a lower frequency or a higher sample rate"
        )


def check_choice(value, choices, name):
    """Raise ValueError unless a value is one of the choices."""
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, received {value!r}")
