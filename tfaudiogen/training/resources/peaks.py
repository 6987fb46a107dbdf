"""Measures peak memory of a training step by number of examples.

As a program, `python -m tfaudiogen.training.resources.peaks` reads `{"model": configuration,
"limit": bytes}` and prints `{number of examples: bytes}`, both as JSON: in a new process nothing is
in use yet.
"""

import json
import sys
import threading

import keras
import psutil
import tensorflow as tf

from tfaudiogen.probability import noise

# What a batch adds must stand out of what memory allocators do by themselves.
_CLEAR = 256 * 2**20
_LARGEST = 4096
# Between two looks at the resident memory; a step that needs much takes far longer.
_LOOK_SECONDS = 1e-3
# The input pipeline, the validation and the pictures of an epoch need their share too.
SHARE = 0.7


def on_card(model, limit):
    """Return the bytes at the peak of one step of a model on the first graphics card.

    Args:
        model: a `ProbabilisticModel`, built.
        limit: bytes that a step may take.

    Returns:
        Bytes by number of examples: 1, 4, 16 and so on until the growth is clear.
    """

    def peak(run):
        tf.config.experimental.reset_memory_stats("GPU:0")
        run()
        return tf.config.experimental.get_memory_info("GPU:0")["peak"]

    return _grow(_step(model), peak, limit)


def on_processor(model, limit):
    """Return what `on_card` does, beside what this process held before: to be called in it once."""
    before = resident()
    return _grow(_step(model), lambda run: watched(run) - before, limit)


def resident():
    """Return the bytes of memory that this process holds."""
    return psutil.Process().memory_info().rss


def watched(run):
    """Run a function and return the most bytes that this process held while it ran."""
    with _Watch() as watch:
        run()
    return watch.peak


class _Watch(threading.Thread):
    """Looks at the resident memory of this process until it is left, as every system allows.

    Not at the highest of getrusage(2): a new process inherits that of the one that started it.

    Attributes:
        peak: most bytes seen.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self._left = threading.Event()
        self.peak = resident()

    def run(self):
        while not self._left.wait(_LOOK_SECONDS):
            self.peak = max(self.peak, resident())

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._left.set()
        self.join()


def _grow(step, peak, limit):
    size, found = 1, {}
    while True:
        found[size] = peak(lambda size=size: step(tf.constant(size)).numpy())  # waits
        growth = found[size] - found[1]
        if growth > _CLEAR or size == _LARGEST or found[size] + 4 * growth > SHARE * limit:
            return found
        size *= 4


def _step(model):
    """Return a function that computes one step of so many examples, traced once, not compiled."""

    @tf.function(input_signature=[tf.TensorSpec((), tf.int32)], autograph=False)
    def step(size):
        batch = model.complete(_batch(model, size))
        key = noise.Key(tf.zeros((), tf.int64), tf.zeros((), tf.int64), batch["id"])
        results = model.sums_and_gradients(batch, key, tf.constant(1.0))
        return tf.add_n(
            [tf.reduce_sum(tf.cast(leaf, tf.float32)) for leaf in tf.nest.flatten(results)]
        )

    return step


def _batch(model, size):
    """Return a batch of noise; of zeros for a prior over codes."""
    if hasattr(model, "blank"):
        return model.blank(size)
    shape = model.spectrogram.image_shape
    images = tf.random.stateless_uniform(tf.stack([size, *shape]), (0, 0))
    return {"image": tf.ensure_shape(images, (None, *shape))}


def main():
    """Answer the question on standard input."""
    import tfaudiogen.models  # noqa: F401 - registers the classes that a configuration names

    asked = json.load(sys.stdin)
    model = keras.saving.deserialize_keras_object(asked["model"])
    print(json.dumps(on_processor(model, asked["limit"])))


if __name__ == "__main__":
    main()
