"""The models."""

from tfaudiogen.keras_backend import require_tensorflow

require_tensorflow()
