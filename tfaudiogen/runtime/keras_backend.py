"""Checks that Keras' backend is TensorFlow."""

import json
import os
import sys
from pathlib import Path


def require_tensorflow():
    """Raise ValueError unless Keras computes, or would once it is imported, by TensorFlow."""
    name, source = _backend()
    if name != "tensorflow":
        raise ValueError(
            f"tfaudiogen computes by TensorFlow, and {source} makes {name} the backend of Keras: "
            "set the environment variable KERAS_BACKEND=tensorflow before Python starts"
        )


def _backend():
    """Return the name of the backend, and what chose it."""
    if "keras" in sys.modules and hasattr(sys.modules["keras"], "config"):
        return sys.modules["keras"].config.backend(), "an import of Keras before"
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"], "KERAS_BACKEND"
    file = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "keras.json"
    return _of_file(file), str(file)


def _of_file(file):
    """Return the backend that Keras' file of settings names; TensorFlow if there is none."""
    try:
        return json.loads(file.read_text(encoding="utf-8")).get("backend", "tensorflow")
    except (OSError, ValueError, AttributeError):
        return "tensorflow"  # as Keras itself reads a file that is missing or damaged
