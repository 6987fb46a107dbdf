"""Named configurations of data, representation, model and training."""

from tfaudiogen.presets.preset import SECTIONS, Preset, get, names

__all__ = ["SECTIONS", "Preset", "get", "names"]
