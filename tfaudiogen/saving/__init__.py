"""Saves and loads models: a folder with `model.keras`, `metrics.json` and `card.md`."""

from tfaudiogen.saving.archive import ModelError
from tfaudiogen.saving.models import MODEL_FILE, bare_copy, find, load, resolve, save, shipped

__all__ = ["MODEL_FILE", "ModelError", "bare_copy", "find", "load", "resolve", "save", "shipped"]
