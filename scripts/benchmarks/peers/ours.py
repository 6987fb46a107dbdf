"""Steps of a preset of this package: `python ours.py PRESET BATCH_SIZE compiled|plain`."""

import sys

import keras
import tensorflow as tf
from training_step import stepper
from turns import take_turns

from tfaudiogen import presets


def main():
    """Build the preset's model and take turns; see `turns`."""
    name, batch_size, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    model = presets.get(name).build()
    take_turns(
        stepper(model, batch_size, how == "compiled"),
        versions=f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
        parameters=model.count_params(),
    )


if __name__ == "__main__":
    main()
