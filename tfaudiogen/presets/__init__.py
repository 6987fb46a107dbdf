"""Named configurations: data, representation, model and fit."""

from tfaudiogen.presets.preset import SECTIONS, Preset, get, names

__all__ = ["SECTIONS", "Preset", "get", "names"]
