"""The layers that models are made of."""

from tfaudiogen.keras_backend import require_tensorflow

require_tensorflow()
