"""Compares two sounds: plots side by side, and distances."""

import numpy as np

from tfaudiogen import metrics
from tfaudiogen.plots import figures, panels
from tfaudiogen.plots.features import Geometry
from tfaudiogen.plots.sound import add_panel

LETTERS = "ABCDEFGH"
"""Names of the columns; at most as many sounds can be compared at once."""

_SHOWN = (panels.waveform, panels.log_spectrogram, panels.mel_spectrogram)
_WORDS = {
    "log_spectral_distance": "log-spectral distance",
    "multi_resolution_stft_distance": "multi-resolution STFT distance",
    "spectral_convergence": "spectral convergence",
    "si_sdr": "SI-SDR",
}
_MEASURES = {
    "log_spectral_distance": (metrics.log_spectral_distance, "dB"),
    "multi_resolution_stft_distance": (metrics.multi_resolution_stft_distance, ""),
    "spectral_convergence": (metrics.spectral_convergence, "dB"),
    "si_sdr": (metrics.si_sdr, "dB"),
}


def compare_sounds(reference, estimate):
    """Return {metric: float} of two waveforms [N] of equal length; NaN where it is undefined."""
    return {
        name: float(measure(reference, estimate)[0]) for name, (measure, _) in _MEASURES.items()
    }


def plot_comparison(path, reference, estimate, sample_rate, names=("A", "B")):
    """Plot two waveforms [N] side by side, their difference and the metrics, as a PNG.

    Args:
        path: the file to write.
        reference, estimate: float [N] in [-1, 1].
        sample_rate: of both, in hertz.
        names: titles of the two.

    Returns:
        The metrics, as `compare_sounds` returns them.
    """
    return plot_comparisons(path, (reference, estimate), sample_rate, names)[0]


def plot_comparisons(path, waveforms, sample_rate, names):
    """Plot sounds one beside another, their differences from the first and the metrics, as a PNG.

    Args:
        path: the file to write.
        waveforms: two or more, float [N] in [-1, 1].
        sample_rate: of all, in hertz.
        names: titles of the sounds.

    Returns:
        The metrics of each sound after the first, as `compare_sounds` returns them.
    """
    reference, *estimates = waveforms
    geometry = Geometry.of(sample_rate, *waveforms)
    figure = figures.figure(6 * len(waveforms), 9.5, dpi=90)
    grid = figure.subplots(len(_SHOWN) + 1, len(waveforms))
    for column, waveform in zip(grid.T, waveforms, strict=True):
        for axes, panel in zip(column, _SHOWN, strict=False):
            add_panel(figure, axes, panel, waveform, geometry)
    _name_columns(grid[0], names)
    for letter, axes, estimate in zip(LETTERS[1:], grid[-1], estimates, strict=False):
        add_panel(figure, axes, panels.difference, reference, estimate, geometry)
        axes.set_title(f"difference, {letter} - A")
    for axes in (*grid[-2], *grid[-1, :-1]):
        axes.set_xlabel("time (s)")
    found = [compare_sounds(reference, estimate) for estimate in estimates]
    _write_figures(grid[-1, -1], found)
    figures.save(figure, path)
    return found


def _name_columns(top, names):
    reach = max(axes.get_ylim()[1] for axes in top)
    for axes, letter, name in zip(top, LETTERS, names, strict=False):
        axes.set(title=f"{letter}: {figures.words(name, most=48)}", ylim=(-reach, reach))


def figure_lines(*found):
    """Return the metrics of `compare_sounds` as lines of text, one column for each comparison."""
    heading = [
        f"{'':32} " + "  ".join(f"{letter + ' to A':>11}" for letter in LETTERS[1:][: len(found)])
    ]
    lines = [
        f"{_WORDS[name]:32} {_numbers(name, found)} {unit}".rstrip()
        for name, (_, unit) in _MEASURES.items()
    ]
    return lines if len(found) == 1 else heading + lines


def _numbers(name, found):
    if len(found) == 1:
        return _number(found[0][name])
    return "  ".join(f"{_number(one[name]):>11}" for one in found)


def _number(value):
    return "not defined" if np.isnan(value) else f"{value:.3g}"


def _write_figures(axes, found):
    axes.axis("off")
    text = "\n\n".join(figure_lines(*found))
    size = 10 if len(found) == 1 else max(5, 11 - 2 * len(found))
    axes.text(0.02, 0.95, text, va="top", family="monospace", fontsize=size)
