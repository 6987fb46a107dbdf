"""Plots of audio with axes in hertz and seconds."""

from tfaudiogen.plots.comparison import compare_sounds, plot_comparison
from tfaudiogen.plots.sound import plot_sound

__all__ = ["compare_sounds", "plot_comparison", "plot_sound"]
