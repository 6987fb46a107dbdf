"""A callback that plots codebook usage."""

import keras
import numpy as np

from tfaudiogen.plots import figures
from tfaudiogen.training.callbacks.tensorboard import is_pictured

PICTURE = "codes.png"


class CodeUsage(keras.callbacks.Callback):
    """Plots how often training used each code, after the epochs of `is_pictured`.

    Args:
        folder: folder for `codes.png`.
    """

    def __init__(self, folder):
        super().__init__()
        self.folder, self._usage = folder, None

    def on_test_begin(self, logs=None):
        """Save the counts of training, which validation replaces."""
        self._usage = self.model.code_usage()

    def on_epoch_end(self, epoch, logs=None):
        """Plot the codebook usage."""
        if is_pictured(epoch + 1) and self._usage is not None:
            draw_usage(self.folder / PICTURE, self._usage)


def draw_usage(path, usage):
    """Plot a curve for each level: the fraction of positions with each code, most used first.

    Args:
        path: the PNG file to write.
        usage: list of counts [K] of the codes of each level, top level first.
    """
    figure = figures.figure(7, 4)
    axes = figure.add_subplot(
        xlabel="codes, most used first", ylabel="part of all places", yscale="log"
    )
    for level, counts in enumerate(usage):
        shares = np.sort(counts / max(counts.sum(), 1e-30))[::-1]
        used = np.count_nonzero(shares)
        label = f"level {level}: {used} of {len(shares)} used"
        axes.plot(np.arange(1, used + 1), shares[:used], label=label)
    axes.yaxis.set_major_formatter("{x:g}")  # 0.01 instead of a formula as 10^-2
    axes.yaxis.set_minor_formatter("")
    axes.grid(alpha=0.3)
    axes.legend()
    figures.save(figure, path)
