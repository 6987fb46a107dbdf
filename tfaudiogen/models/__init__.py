"""The models, by family, and the training step that they share."""

from tfaudiogen.runtime.keras_backend import require_tensorflow

require_tensorflow()
