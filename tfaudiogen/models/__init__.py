"""The models."""

from tfaudiogen.runtime.keras_backend import require_tensorflow

require_tensorflow()
