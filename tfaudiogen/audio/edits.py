"""Edits of waveforms: each takes a `Sound` and returns another."""

import numpy as np
import soxr
from scipy.signal import butter, sosfiltfilt

PLACES = ("start", "middle", "end")
SIDES = ("left", "right", "both")


def window(sound, seconds, at, seed, between):
    """Return `seconds` of a sound; see `Audio.window`."""
    duration = len(sound.waveform) / sound.sample_rate
    low, high = between or (0.0, duration)
    if not 0 <= low < high <= duration + 0.5 / sound.sample_rate:
        raise ValueError(
            f"between must be two times from 0 to the {duration:.3g} s of the sound, received "
            f"({low:g}, {high:g})"
        )
    first, last = (round(time * sound.sample_rate) for time in (low, high))
    length = max(1, round(seconds * sound.sample_rate))
    if length > last - first:
        raise ValueError(
            f"a window of {seconds:g} s must lie within {(last - first) / sound.sample_rate:.3g} "
            f"s: choose a shorter one, or make the sound longer by pad({seconds:g})"
        )
    begin = _begin(at, seed, first, last - length, sound.sample_rate)
    return sound.replaced(sound.waveform[begin : begin + length])


def _begin(at, seed, first, last, sample_rate):
    """Return the first sample of a window, from `first` to `last`."""
    if seed is not None:
        return int(np.random.default_rng(seed).integers(first, last, endpoint=True))
    if at in PLACES:
        return (first, (first + last) // 2, last)[PLACES.index(at)]
    begin = first + round(at * sample_rate)
    if begin > last:
        raise ValueError(
            f"at must leave room for the window, at most {(last - first) / sample_rate:.3g} s, "
            f"received {at:g}"
        )
    return begin


def pad(sound, seconds, side):
    """Return a sound with silence, at least `seconds` long."""
    missing = max(0, round(seconds * sound.sample_rate) - len(sound.waveform))
    before = {"left": missing, "right": 0, "both": missing // 2}[side]
    return sound.replaced(np.pad(sound.waveform, (before, missing - before)))


def resample(sound, sample_rate):
    """Return a sound at another sample rate, by soxr's high quality."""
    if sample_rate == sound.sample_rate:
        return sound
    waveform = soxr.resample(sound.waveform, sound.sample_rate, sample_rate)
    return sound.replaced(waveform, sample_rate=sample_rate)


def gain(sound, decibels):
    """Return a sound that is louder by so many decibels."""
    return sound.replaced(sound.waveform * np.float32(10 ** (decibels / 20)))


def normalize(sound, decibels):
    """Return a sound whose peak has so many decibels; a silent one stays silent."""
    return scaled(sound, 10 ** (decibels / 20))


def scaled(sound, peak):
    """Return a sound with a peak, and remember the factor; a silent one stays silent."""
    present = float(np.abs(sound.waveform).max(initial=0.0))
    factor = peak / present if present > 0 else 1.0
    return sound.replaced(sound.waveform * np.float32(factor), scale=factor)


def denormalize(sound):
    """Return a sound at the level that it had before `normalize`."""
    return sound.replaced(sound.waveform / np.float32(sound.scale), scale=1.0)


def envelope(sound, levels):
    """Return a sound multiplied by levels; `levels` maps samples and rate to [N]."""
    return sound.replaced(sound.waveform * levels(len(sound.waveform), sound.sample_rate))


def butterworth(sound, kind, hertz, order):
    """Return a sound filtered forwards and backwards by a Butterworth filter.

    Args:
        sound: a `Sound`.
        kind: "lowpass" or "highpass".
        hertz: cutoff, where the two passes together take 6 dB.
        order: of one pass.
    """
    half = sound.sample_rate / 2
    if hertz >= half:
        raise ValueError(
            f"the cutoff of a {kind} must be below half of the sample rate ({half:g} Hz), received "
            f"{hertz:g}: choose a lower one, or resample before"
        )
    sections = butter(order, hertz, kind, fs=sound.sample_rate, output="sos")
    # Scipy's own default, but for sounds that are shorter.
    padding = min(3 * (2 * len(sections) + 1), len(sound.waveform) - 1)
    return sound.replaced(sosfiltfilt(sections, sound.waveform.astype(np.float64), padlen=padding))
