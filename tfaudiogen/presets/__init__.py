"""Named configurations: data, representation, model and fit."""

from tfaudiogen.presets.preset import Preset, get, names

__all__ = ["Preset", "get", "names"]
