"""Plots one sound."""

from tfaudiogen.plots import figures, panels
from tfaudiogen.plots.features import Geometry

PANELS = {
    "waveform": panels.waveform,
    "log": panels.log_spectrogram,
    "mel": panels.mel_spectrogram,
    "mfcc": panels.cepstral_coefficients,
    "chroma": panels.chroma,
}


def plot_sound(path, waveform, sample_rate, title="", shown=tuple(PANELS)):
    """Plot panels of a sound, one below the other, as a PNG.

    Args:
        path: the file to write.
        waveform: float [N] in [-1, 1].
        sample_rate: in hertz.
        title: above the panels.
        shown: names of `PANELS`, from top to bottom.

    Raises:
        ValueError: `shown` is empty or has a name that is not in `PANELS`.
    """
    unknown = [name for name in shown if name not in PANELS]
    if unknown or not shown:
        raise ValueError(f"shown must be names of {', '.join(PANELS)}; received {list(shown)}")
    figure = figures.figure(9, 0.6 + 2.1 * len(shown))
    rows = figure.subplots(len(shown), 1, squeeze=False)[:, 0]
    geometry = Geometry.of(sample_rate, waveform)
    for name, axes in zip(shown, rows, strict=True):
        add_panel(figure, axes, PANELS[name], waveform, geometry)
    rows[-1].set_xlabel("time (s)")
    figure.suptitle(figures.words(title, most=72))
    figures.save(figure, path)


def add_panel(figure, axes, panel, *arguments):
    """Plot a panel and, if it has one, its colour bar; `arguments` are waveforms and geometry."""
    drawn = panel(axes, *arguments)
    axes.set_xlim(0.0, len(arguments[0]) / arguments[-1].sample_rate)
    if drawn is not None:
        picture, label = drawn
        figure.colorbar(picture, ax=axes, label=label)
