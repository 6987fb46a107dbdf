"""Spectrogram images for the page, with fixed margins, so that a line can follow playback."""

from tfaudiogen.plots import figures
from tfaudiogen.plots.features import log_spectrogram

# Left, bottom, width, height of the axes in the image; `static/sounds.js` repeats left and width.
AXES = (0.1, 0.15, 0.88, 0.8)
_SIZE = (5.0, 2.4)
_INK = "#8a8797"


def draw_spectrogram(path, waveform, geometry):
    """Write the spectrogram of a sound with axes in s and kHz, as a transparent PNG.

    Args:
        path: the file to write.
        waveform: float [N].
        geometry: `plots.features.Geometry` with sample rate and decibel range.
    """
    levels = log_spectrogram(waveform, geometry)
    figure = figures.figure(*_SIZE, dpi=110, layout=None)
    axes = figure.add_axes(AXES)
    low, high = geometry.levels
    extent = (0.0, len(waveform) / geometry.sample_rate, 0.0, geometry.sample_rate / 2000)
    axes.imshow(
        levels.T, origin="lower", aspect="auto", extent=extent, vmin=low, vmax=high, cmap="magma"
    )
    axes.tick_params(colors=_INK, labelsize=9)
    axes.set_xlabel("s", color=_INK, fontsize=9, loc="right", labelpad=0)
    axes.set_ylabel("kHz", color=_INK, fontsize=9)
    for spine in axes.spines.values():
        spine.set_visible(False)
    figures.save(figure, path, transparent=True)
