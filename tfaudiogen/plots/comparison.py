"""Compares two sounds: plots side by side, and distances."""

import numpy as np

from tfaudiogen import metrics
from tfaudiogen.plots import figures, panels
from tfaudiogen.plots.features import Geometry
from tfaudiogen.plots.sound import add_panel

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
    geometry = Geometry.of(sample_rate, reference, estimate)
    figure = figures.figure(12, 9.5, dpi=90)
    grid = figure.subplots(len(_SHOWN) + 1, 2)
    for column, waveform in zip(grid.T, (reference, estimate), strict=True):
        for axes, panel in zip(column, _SHOWN, strict=False):
            add_panel(figure, axes, panel, waveform, geometry)
    reach = max(axes.get_ylim()[1] for axes in grid[0])
    for axes, letter, name in zip(grid[0], "AB", names, strict=True):
        axes.set(title=f"{letter}: {figures.words(name, most=48)}", ylim=(-reach, reach))
    add_panel(figure, grid[-1, 0], panels.difference, reference, estimate, geometry)
    for axes in (*grid[-2], grid[-1, 0]):
        axes.set_xlabel("time (s)")
    found = compare_sounds(reference, estimate)
    _write_figures(grid[-1, 1], found)
    figures.save(figure, path)
    return found


def figure_lines(found):
    """Return the metrics of `compare_sounds` as lines of text."""
    return [
        f"{_WORDS[name]:32} {_number(value)} {_MEASURES[name][1]}".rstrip()
        for name, value in found.items()
    ]


def _number(value):
    return "not defined" if np.isnan(value) else f"{value:.3g}"


def _write_figures(axes, found):
    axes.axis("off")
    text = "\n\n".join(figure_lines(found))
    axes.text(0.02, 0.95, text, va="top", family="monospace", fontsize=10)
