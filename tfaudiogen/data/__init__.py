"""Prepares data sets and loads them: `prepare`, `describe`, `load_dataset`.

The public names are imported lazily, so that preparing a folder does not import TensorFlow.
"""

import importlib

_PUBLIC = {
    "Augmentation": "tfaudiogen.data.pipeline.augmentation",
    "DataSummary": "tfaudiogen.data.pipeline.summary",
    "NothingUsable": "tfaudiogen.disk.errors",
    "Report": "tfaudiogen.data.report",
    "describe": "tfaudiogen.data.pipeline.summary",
    "load_dataset": "tfaudiogen.data.pipeline.load",
    "prepare": "tfaudiogen.data.preparation",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'tfaudiogen.data' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
