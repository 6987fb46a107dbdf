"""The models, grouped by family, and the training step they share."""

from tfaudiogen.runtime.keras_backend import require_tensorflow

require_tensorflow()
