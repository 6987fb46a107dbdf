"""Writes records of requests next to their results."""

import importlib.metadata
import json

_RECORDED = ("tfaudiogen", "tensorflow", "keras", "tensorflow-probability", "numpy", "librosa")


def write_record(path, **record):
    """Writes a request's parameters and the package versions as a JSON file."""
    from tfaudiogen.io import audio_files

    versions = {name: _version(name) for name in _RECORDED}
    text = json.dumps(record | {"versions": versions}, indent=2, ensure_ascii=False)
    audio_files.write_text(path, text + "\n")


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
