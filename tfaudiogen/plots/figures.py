"""Creates and writes figures; user-supplied text is never parsed as mathtext.

Does not use pyplot, so there are no windows and no global state.
"""

import functools
import unicodedata

import numpy as np

from tfaudiogen.io.audio_files import atomic_file
from tfaudiogen.validation.text import collapsed

_LACKING = "\N{WHITE SQUARE}"


def figure(width, height, dpi=100, layout="constrained"):
    """Return a new Matplotlib figure, with its size in inches."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=dpi, layout=layout)


def save(drawn, path, **options):
    """Write a figure as a PNG that depends on the figure alone.

    No text is parsed as mathtext or TeX, regardless of dollar signs and the user's settings.

    Args:
        drawn: the figure.
        path: the file to write, atomically; its folder is created if needed.
        options: of Matplotlib's `savefig`.
    """
    from matplotlib.text import Text

    for text in drawn.findobj(Text):
        text.set(parse_math=False, usetex=False)
    with atomic_file(path) as temporary:
        drawn.savefig(temporary, format="png", metadata={"Software": None}, **options)


def words(text, most):
    """Return user-supplied text in a form that a plot can show.

    The result is one line of at most `most` characters; longer text is shortened in the middle.
    Characters that the font lacks become squares.

    Args:
        text: name of a file or a label.
        most: number of characters, at least 5.
    """
    known = _letters()
    shown = "".join(
        one if one in known else _LACKING
        for one in collapsed(text)
        if one in known or unicodedata.category(one) not in ("Mn", "Me", "Cf")
    )
    if len(shown) <= most:
        return shown
    end = most // 3
    return f"{shown[: most - end - 1]}\N{HORIZONTAL ELLIPSIS}{shown[-end:]}"


@functools.cache
def _letters():
    """Return the characters in the font of the plots."""
    from matplotlib import font_manager

    font = font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
    return frozenset(map(chr, font.get_charmap())) | {" "}


def save_spectrogram_picture(path, image, spectrogram):
    """Plot a spectrogram image as a PNG with axes in seconds and hertz and a decibel bar.

    Args:
        path: the file to write.
        image: float [T, F] or [T, F, 1] in [0, 1], as the `Spectrogram` layer returns.
        spectrogram: the layer, for frequencies, hop and decibel range.
    """
    drawn = figure(8, 5)
    picture = draw_spectrogram(drawn.add_subplot(), image, spectrogram)
    drawn.colorbar(picture, label="level (dB, 0 is a full-scale sine)")
    save(drawn, path)


def draw_spectrogram(axes, image, spectrogram):
    """Plot a spectrogram image on Matplotlib axes, in seconds and hertz; return the `AxesImage`.

    Args:
        axes: of a figure.
        image, spectrogram: see `save_spectrogram_picture`.
    """
    image = np.asarray(image, np.float32)
    image = image[..., 0] if image.ndim == 3 else image
    low, high = spectrogram.decibels
    seconds = len(image) * spectrogram.hop / spectrogram.sample_rate
    picture = axes.imshow(
        low + (high - low) * image.T,
        origin="lower",
        aspect="auto",
        extent=(0.0, seconds, -0.5, image.shape[1] - 0.5),
        vmin=low,
        vmax=high,
        cmap="magma",
        interpolation="nearest",
    )
    axes.set_yticks(*_frequency_ticks(spectrogram))
    axes.set(xlabel="time (s)", ylabel="frequency (Hz)")
    return picture


def _frequency_ticks(spectrogram):
    """Return positions (bins) and labels of round frequencies within the picture."""
    frequencies = np.asarray(spectrogram.frequencies)
    top = frequencies[-1]
    if spectrogram.scale == "linear":
        step = max(500.0, 1000.0 * round(top / 8000.0))
        values = np.arange(0.0, top, step)
    else:
        values = np.array([0, 250, 500, 1000, 2000, 4000, 8000, 16000], float)
    values = values[values <= top]
    positions = np.interp(values, frequencies, np.arange(len(frequencies)))
    return positions, [f"{value:.0f}" for value in values]
