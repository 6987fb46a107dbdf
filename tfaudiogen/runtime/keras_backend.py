"""Checks that Keras' backend is TensorFlow."""

import json
import os
import sys
from pathlib import Path


def require_tensorflow():
    """Raise ValueError unless Keras uses, or will use once imported, the TensorFlow backend."""
    name, source = _backend()
    if name != "tensorflow":
        raise ValueError(
            f"tfaudiogen computes by TensorFlow, and {source} makes {name} the backend of Keras: "
            "set the environment variable KERAS_BACKEND=tensorflow before Python starts"
        )


def _backend():
    """Return the name of the backend, and where it is configured."""
    if "keras" in sys.modules and hasattr(sys.modules["keras"], "config"):
        return sys.modules["keras"].config.backend(), "an import of Keras before"
    if os.environ.get("KERAS_BACKEND"):
        return os.environ["KERAS_BACKEND"], "KERAS_BACKEND"
    file = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras") / "keras.json"
    return _of_file(file), str(file)


def _of_file(file):
    """Return the backend in `keras.json`, by default "tensorflow"."""
    try:
        return json.loads(file.read_text(encoding="utf-8")).get("backend", "tensorflow")
    except (OSError, ValueError, AttributeError):
        return "tensorflow"  # Keras' own default if the file is missing or damaged
