"""Plots one panel of a figure: a waveform, a spectrogram, cepstral coefficients or chroma."""

import numpy as np

from tfaudiogen.plots import features

_PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_LABELLED_PITCHES = range(0, 12, 2)
_ROUND_HERTZ = (0, 250, 500, 1000, 2000, 4000, 8000, 16000, 32000)
_LEVEL = "level (dB)"
# Waveforms with more samples than a plot has columns are drawn as a band from minimum to maximum.
_COLUMNS = 2000


def waveform(axes, samples, geometry):
    """Plot a waveform [N] against seconds."""
    seconds = len(samples) / geometry.sample_rate
    if len(samples) <= _COLUMNS * 4:
        axes.plot(np.arange(len(samples)) / geometry.sample_rate, samples, linewidth=0.7)
    else:
        blocks = np.array_split(samples, _COLUMNS)
        times = np.linspace(0.0, seconds, len(blocks))
        axes.fill_between(times, [b.min() for b in blocks], [b.max() for b in blocks])
    reach = max(1.05 * np.abs(samples).max(), 1e-4)
    axes.set(ylim=(-reach, reach), ylabel="amplitude", title="waveform")
    axes.grid(alpha=0.3)


def log_spectrogram(axes, samples, geometry):
    """Plot a log spectrogram with linear frequencies."""
    values = features.log_spectrogram(samples, geometry)
    picture = _image(axes, values, geometry, *geometry.levels)
    ticks = _round_steps(geometry.sample_rate / 2)
    positions = ticks / geometry.sample_rate * geometry.frame_length
    axes.set_yticks(positions, [f"{hertz:.0f}" for hertz in ticks])
    axes.set(ylabel="frequency (Hz)", title="log spectrogram")
    return picture, _LEVEL


def mel_spectrogram(axes, samples, geometry):
    """Plot a log mel spectrogram."""
    values = features.mel_spectrogram(samples, geometry)
    picture = _image(axes, values, geometry, *geometry.levels)
    _mark_mel_bands(axes, geometry)
    axes.set(ylabel="frequency (Hz)", title="mel spectrogram")
    return picture, _LEVEL


def cepstral_coefficients(axes, samples, geometry):
    """Plot mel-frequency cepstral coefficients, on a colour scale symmetric around 0."""
    values = features.cepstral_coefficients(samples, geometry)
    reach = np.abs(values).max() or 1.0
    picture = _image(axes, values, geometry, -reach, reach, "RdBu_r")
    positions = np.arange(4, values.shape[1], 5)
    axes.set_yticks(positions, [str(position + 1) for position in positions])
    axes.set(ylabel="coefficient", title="MFCC")
    return picture, "value"


def chroma(axes, samples, geometry):
    """Plot the chroma, the relative strength of each pitch class."""
    picture = _image(axes, features.chroma(samples, geometry), geometry, 0.0, 1.0, "viridis")
    axes.set_yticks(_LABELLED_PITCHES, [_PITCHES[position] for position in _LABELLED_PITCHES])
    axes.set(ylabel="pitch class", title="chroma")
    return picture, "share"


def difference(axes, reference, estimate, geometry):
    """Plot by how many decibels the second sound is louder in each mel band."""
    values = features.mel_spectrogram(estimate, geometry) - features.mel_spectrogram(
        reference, geometry
    )
    picture = _image(axes, values, geometry, -40.0, 40.0, "RdBu_r")
    _mark_mel_bands(axes, geometry)
    axes.set(ylabel="frequency (Hz)", title="difference, B - A")
    return picture, "difference (dB)"


def _round_steps(highest):
    """Return three to seven round frequencies, starting at 0 Hz."""
    step = 10.0 ** np.floor(np.log10(highest / 3))
    while highest / step > 7:
        step *= 2
    return np.arange(0.0, highest + 1, step)


def _mark_mel_bands(axes, geometry):
    centres = features.mel_centres(geometry)
    ticks = [hertz for hertz in _ROUND_HERTZ if centres[0] <= hertz <= centres[-1]]
    axes.set_yticks(np.interp(ticks, centres, np.arange(len(centres))), map(str, ticks))


def _image(axes, values, geometry, low, high, colours="magma"):
    """Plot values [T, F] with time in seconds on the horizontal axis, column f at height f."""
    # Frame t is centred on sample t * hop.
    step = geometry.hop / geometry.sample_rate
    extent = (-step / 2, (len(values) - 0.5) * step, -0.5, values.shape[1] - 0.5)
    return axes.imshow(
        values.T,
        origin="lower",
        aspect="auto",
        extent=extent,
        vmin=low,
        vmax=high,
        cmap=colours,
    )
