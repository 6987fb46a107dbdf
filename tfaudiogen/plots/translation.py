"""Plots a sound and the pictures that a translator generated for it."""

import math

import numpy as np

from tfaudiogen.plots import figures


def plot_painted(path, image, spectrogram, pictures, name=""):
    """Plot the spectrogram of a sound, with axes, and pictures to the right of it, as a PNG.

    Args:
        path: the file to write.
        image: spectrogram image, float [T, F, 1] in [0, 1].
        spectrogram: the `Spectrogram`.
        pictures: float [n, H, W, C] in [0, 1].
        name: title of the sound.
    """
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    figure = figures.figure(9, 4.5)
    left, right = figure.subfigures(1, 2)
    title = figures.words(name, most=40)
    figures.draw_spectrogram(left.add_subplot(title=title), image, spectrogram)
    grid = right.subplots(rows, columns, squeeze=False).ravel()
    for axes in grid:
        axes.axis("off")
    for axes, picture in zip(grid, pictures, strict=False):
        grey = np.shape(picture)[2] == 1
        shown = np.asarray(picture)[..., 0] if grey else np.asarray(picture)
        axes.imshow(shown, cmap="gray" if grey else None, vmin=0.0, vmax=1.0)
    figures.save(figure, path)
