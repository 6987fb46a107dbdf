"""Steps of a preset of this package: `python ours.py PRESET BATCH_SIZE compiled|plain`."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from turns import take_turns

from tfaudiogen import presets


def main():
    """Build the preset's model and take turns; see `turns`."""
    name, batch_size, how = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    model = presets.get(name).build()
    model.compile(keras.optimizers.Adam(1e-4), jit_compile=how == "compiled")
    model.make_train_function()
    images = np.random.default_rng(0).random((batch_size, *model.spectrogram.image_shape))
    batches = iter(tf.data.Dataset.from_tensors({"image": images.astype(np.float32)}).repeat())
    take_turns(
        lambda: float(model.train_function(batches)["loss"]),
        versions=f"TensorFlow {tf.__version__}, Keras {keras.__version__}",
        parameters=model.count_params(),
    )


if __name__ == "__main__":
    main()
