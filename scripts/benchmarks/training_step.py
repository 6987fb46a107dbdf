"""Time the training step of presets, interleaved: examples per second and ratio to the first.

    python scripts/benchmarks/training_step.py literature_vae music_vae --batch-size 8 --rounds 5

The images are noise, the step is the whole one of `fit`: forward, backward and Adam, compiled.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from machine import setting

from tfaudiogen import presets


def stepper(model, batch_size, compiled):
    """Return a function that takes one training step of a model, waits, and returns the loss."""
    model.compile(keras.optimizers.Adam(1e-4), jit_compile=compiled)
    model.make_train_function()
    images = np.random.default_rng(0).random((batch_size, *model.representation.image_shape))
    batches = iter(tf.data.Dataset.from_tensors({"image": images.astype(np.float32)}).repeat())

    def step():
        return float(model.train_function(batches)["loss"])

    return step


def main():
    """Print medians, spread and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("presets", nargs="+", help="names of presets; the first is the reference")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5, help="timed steps of each")
    parser.add_argument("--no-jit", action="store_true", help="do not compile by XLA")
    arguments = parser.parse_args()
    print(f"{setting()}; batch {arguments.batch_size}, XLA {not arguments.no_jit}")
    steps = {}
    for name in arguments.presets:
        steps[name] = stepper(presets.get(name).build(), arguments.batch_size, not arguments.no_jit)
        steps[name]()  # compiles
    seconds = {name: [] for name in steps}
    for _ in range(arguments.rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            seconds[name].append(time.perf_counter() - start)
    reference = statistics.median(seconds[arguments.presets[0]])
    for name, values in seconds.items():
        median = statistics.median(values)
        print(
            f"{name:16} {arguments.batch_size / median:7.2f} examples/s, step {median:.3f} s "
            f"({min(values):.3f} to {max(values):.3f}), {reference / median:.2f} x the first"
        )


if __name__ == "__main__":
    main()
