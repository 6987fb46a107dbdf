"""Functions that make a waveform [N], with a peak of at most 1, of samples N and a sample rate."""

import numpy as np

from tfaudiogen.audio.synthesis import chirps, pitches, tones
from tfaudiogen.audio.synthesis import noise as noises
from tfaudiogen.audio.synthesis.checks import check_choice

TONES = ("plucked", "harmonic", "sine")


def sine(hertz, levels):
    """Return the function of a sum of sines; notes may be named."""
    every = hertz if isinstance(hertz, list | tuple | np.ndarray) else [hertz]
    frequencies = [pitches.hertz_of(one) for one in every]
    return lambda samples, rate: tones.sines(frequencies, samples, rate, levels)


def harmonic(hertz, harmonics, slope):
    """Return the function of a harmonic tone."""
    frequency = pitches.hertz_of(hertz)
    return lambda samples, rate: tones.harmonic(frequency, samples, rate, harmonics, slope)


def plucked(hertz, decay, seed):
    """Return the function of a plucked string."""
    frequency = pitches.hertz_of(hertz)
    return lambda samples, rate: tones.plucked(frequency, samples, rate, decay, seed)


def chord(name, octave, tone, seed):
    """Return the function of a chord, whose notes are equally loud."""
    check_choice(tone, TONES, "tone")
    frequencies = pitches.chord_frequencies(name, octave)
    if tone == "sine":
        return sine(frequencies, None)

    def make(samples, rate):
        notes = [
            tones.harmonic(hertz, samples, rate)
            if tone == "harmonic"
            else tones.plucked(hertz, samples, rate, seed=[seed, number])
            for number, hertz in enumerate(frequencies)
        ]
        return sum(notes) / len(notes)

    return make


def chirp(low, high, shape, bounces):
    """Return the function of a chirp."""
    check_choice(shape, chirps.SHAPES, "shape")
    ends = pitches.hertz_of(low), pitches.hertz_of(high)
    return lambda samples, rate: chirps.chirp(*ends, samples, rate, shape, bounces)


def noise(colour, seed):
    """Return the function of noise."""
    check_choice(colour, noises.COLOURS, "colour")
    return lambda samples, rate: noises.noise(samples, colour, seed)
