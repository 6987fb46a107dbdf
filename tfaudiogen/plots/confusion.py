"""Plots of confusion matrices."""

import numpy as np

from tfaudiogen.plots import figures

_WRITTEN = 20
_NAMED = 60
_LETTERS = 32


def plot_confusion(path, counts, labels):
    """Plot a confusion matrix, true labels by row and predicted labels by column, as a PNG.

    Shades are shares of a row. Up to 20 labels, counts are written; up to 60, label names.

    Args:
        path: the file to write.
        counts: [K, K].
        labels: K names.
    """
    counts = np.asarray(counts, float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)
    side = float(np.clip(0.45 * len(labels) + 2.5, 5.0, 14.0))
    figure = figures.figure(side, side)
    axes = figure.add_subplot(xlabel="likeliest label", ylabel="label of the picture")
    image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    figure.colorbar(image, ax=axes, label="share of the row", shrink=0.7)
    if len(labels) <= _NAMED:
        names = [figures.words(label, _LETTERS) for label in labels]
        axes.set_xticks(range(len(labels)), names, rotation=90)
        axes.set_yticks(range(len(labels)), names)
    if len(labels) <= _WRITTEN:
        _write_counts(axes, counts, shares)
    figures.save(figure, path)


def _write_counts(axes, counts, shares):
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, f"{count:g}", ha="center", va="center", color=colour, size=8)
