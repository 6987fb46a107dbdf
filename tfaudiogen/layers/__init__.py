"""The layers that models are made of."""

from tfaudiogen.runtime.keras_backend import require_tensorflow

require_tensorflow()
