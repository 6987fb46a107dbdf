"""From files of audio to batches of spectrograms: `prepare`, `describe`, `load_dataset`.

Resolved on first use, so that preparing a folder does not pay for importing TensorFlow.
"""

import importlib

_PUBLIC = {
    "Augmentation": "tfaudiogen.data.augmentation",
    "DataSummary": "tfaudiogen.data.summary",
    "NothingUsable": "tfaudiogen.data.errors",
    "Report": "tfaudiogen.data.report",
    "describe": "tfaudiogen.data.summary",
    "load_dataset": "tfaudiogen.data.pipeline",
    "prepare": "tfaudiogen.data.preparation",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name):
    if name not in _PUBLIC:
        raise AttributeError(f"module 'tfaudiogen.data' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)
