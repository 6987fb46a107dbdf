"""Steps of a preset of this package: `ours.py PRESET PRECISION BATCH_SIZE compiled|plain`."""

import sys

import keras
import tensorflow as tf
from training_step import stepper
from turns import take_turns

from tfaudiogen import presets


def main():
    """Build the preset's model and take turns; see `turns`."""
    name, precision, batch_size, how = sys.argv[1:]
    model = presets.get(name, **{"fit.precision": precision}).build()
    take_turns(
        stepper(model, int(batch_size), how == "compiled"),
        versions=f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
        parameters=model.count_params(),
    )


if __name__ == "__main__":
    main()
