"""Examples per second of the input pipeline, of the training step, and of both together.

    python scripts/benchmarks/pipeline.py DATA --preset music_vae --rounds 5

DATA is a prepared data set of the preset's geometry. Each round times, one after the other, a few
batches of the pipeline alone (linear, mel and cached spectrograms), steps on a batch in memory, and
steps of training from each pipeline. The ratio to quote is that of training to the step alone in
the same round. Before each timing a step is taken that is not counted, so that what other pipelines
still prepare ahead is done.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf
from machine import setting

import tfaudiogen
from tfaudiogen import presets

PIPELINES = {
    "linear, from disk": ("linear", False),
    "mel, from disk": ("mel", False),
    "linear, cached": ("linear", True),
}


def batches(preset, data, batch_size, scale, cache):
    """Return an endless iterator over training batches."""
    spectrogram = tfaudiogen.Spectrogram(**{**preset.spectrogram, "scale": scale})
    dataset = tfaudiogen.load_dataset(
        data, spectrogram, batch_size=batch_size, cache=cache, repeat=True
    )
    return iter(dataset)


def stepper(preset, batch_size):
    """Return a function that takes one training step on the next batch of an iterator."""
    model = preset.build()
    model.compile(keras.optimizers.Adam(1e-5), jit_compile=True)
    model.make_train_function()
    return lambda iterator: float(model.train_function(iterator)["loss"])


def rate(step, count, batch_size):
    """Return examples per second of `count` calls, after one."""
    step()
    start = time.perf_counter()
    for _ in range(count):
        step()
    return count * batch_size / (time.perf_counter() - start)


def tasks(preset, data, batch_size):
    """Return {name: function that handles one batch}, warmed up, the step alone first."""
    train = stepper(preset, batch_size)
    streams = {
        name: batches(preset, data, batch_size, *options) for name, options in PIPELINES.items()
    }
    batch = next(streams["linear, from disk"])
    memory = iter(tf.data.Dataset.from_tensors(batch).repeat())
    found = {"step alone": lambda: train(memory)}
    for name, stream in streams.items():
        found[f"pipeline alone, {name}"] = lambda stream=stream: next(stream)
        found[f"training, {name}"] = lambda stream=stream: train(stream)
    for task in found.values():
        task()
    return found


def main():
    """Print medians, spread and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data")
    parser.add_argument("--preset", default="music_vae")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=10, help="steps of each task in a round")
    arguments = parser.parse_args()
    print(f"{setting()}; batch {arguments.batch_size}")
    found = tasks(presets.get(arguments.preset), arguments.data, arguments.batch_size)
    rates = {name: [] for name in found}
    for _ in range(arguments.rounds):
        for name, task in found.items():
            # What the pipelines have ready counts little among so many.
            count = arguments.steps * (10 if name.startswith("pipeline") else 1)
            rates[name].append(rate(task, count, arguments.batch_size))
    for name, values in rates.items():
        ratios = [value / alone for value, alone in zip(values, rates["step alone"], strict=True)]
        ratio = f", {statistics.median(ratios):.3f} of the step alone ({min(ratios):.3f} to "
        ratio += f"{max(ratios):.3f})"
        print(
            f"{name:34} {statistics.median(values):8.2f} examples/s ({min(values):.2f} to "
            f"{max(values):.2f}){ratio if name.startswith('training') else ''}"
        )


if __name__ == "__main__":
    main()
