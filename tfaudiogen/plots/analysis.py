"""Plots one analysis of a sound: a spectrogram, a mel spectrogram or MFCCs."""

import numpy as np

from tfaudiogen.plots import figures

_TICKS = 7


def plot_analysis(path, values, step, rows, levels, words, title=""):
    """Plot values over time as a PNG, with a colour bar.

    Args:
        path: the file to write.
        values: float [T, F].
        step: seconds between frames; frame t is centred on t * step.
        rows: numbers [F] at the vertical axis, such as frequencies in hertz.
        levels: lower and upper end of the colours; colours diverge from 0 if it is in the middle.
        words: (of the vertical axis, of the colour bar).
        title: above the picture.
    """
    figure = figures.figure(9, 4)
    axes = figure.add_subplot()
    picture = axes.imshow(
        values.T,
        origin="lower",
        aspect="auto",
        extent=(-step / 2, (len(values) - 0.5) * step, -0.5, values.shape[1] - 0.5),
        vmin=levels[0],
        vmax=levels[1],
        cmap="RdBu_r" if levels[0] == -levels[1] else "magma",
        interpolation="nearest",
    )
    places = np.unique(np.linspace(0, len(rows) - 1, _TICKS).round().astype(int))
    axes.set_yticks(places, [f"{rows[place]:.0f}" for place in places])
    axes.set(xlabel="time (s)", ylabel=words[0], title=figures.words(title, most=72))
    figure.colorbar(picture, label=words[1])
    figures.save(figure, path)
