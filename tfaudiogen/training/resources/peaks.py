"""Measures peak memory of a training step by number of examples.

As a program, `python -m tfaudiogen.training.resources.peaks` reads `{"model": configuration,
"limit": bytes}` from stdin and prints `{number of examples: bytes}`, both as JSON. In a new
process, earlier allocations do not distort the measurement.
"""

import json
import sys
import threading

import keras
import psutil
import tensorflow as tf

from tfaudiogen.probability import noise

# The growth by a batch must be larger than the noise of memory allocators.
_CLEAR = 256 * 2**20
_LARGEST = 4096
# Polling interval of the resident memory; a step that needs much memory takes far longer.
_LOOK_SECONDS = 1e-3
# The rest is for the input pipeline, validation and the images logged after an epoch.
SHARE = 0.7


def on_card(model, limit):
    """Measure the peak memory of one training step on the first GPU.

    Args:
        model: a built `ProbabilisticModel`.
        limit: bytes that a step may use.

    Returns:
        {number of examples: bytes} for 1, 4, 16, ... examples, until the growth is clear.
    """

    def peak(run):
        tf.config.experimental.reset_memory_stats("GPU:0")
        run()
        return tf.config.experimental.get_memory_info("GPU:0")["peak"]

    return _grow(_step(model), peak, limit)


def on_processor(model, limit):
    """Measure the same as `on_card` on the CPU, relative to the memory in use before.

    To be called only once per process.
    """
    before = resident()
    return _grow(_step(model), lambda run: watched(run) - before, limit)


def resident():
    """Return the resident memory of this process in bytes."""
    return psutil.Process().memory_info().rss


def watched(run):
    """Run a function and return the peak resident memory of this process meanwhile, in bytes."""
    with _Watch() as watch:
        run()
    return watch.peak


class _Watch(threading.Thread):
    """Context that polls the resident memory of this process, which works on every system.

    The maximum of getrusage(2) cannot be used: a new process inherits that of its parent.

    Attributes:
        peak: peak resident memory in bytes.
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
    """Return a function from a batch size to one step of it, traced once, without XLA."""

    @tf.function(input_signature=[tf.TensorSpec((), tf.int32)], autograph=False)
    def step(size):
        batch = model.fill_defaults(_batch(model, size))
        key = noise.Key(tf.zeros((), tf.int64), tf.zeros((), tf.int64), batch["id"])
        results = model.sums_and_gradients(batch, key, tf.constant(1.0))
        return tf.add_n(
            [tf.reduce_sum(tf.cast(leaf, tf.float32)) for leaf in tf.nest.flatten(results)]
        )

    return step


def _batch(model, size):
    """Return a batch of noise, or of zeros for a prior over codes."""
    if hasattr(model, "dummy_batch"):
        return model.dummy_batch(size)
    shape = model.representation.image_shape
    images = tf.random.stateless_uniform(tf.stack([size, *shape]), (0, 0))
    return {"image": tf.ensure_shape(images, (None, *shape))}


def main():
    """Measure the model on standard input and print the result."""
    import tfaudiogen.models  # noqa: F401 - registers the classes that a configuration names

    asked = json.load(sys.stdin)
    model = keras.saving.deserialize_keras_object(asked["model"])
    print(json.dumps(on_processor(model, asked["limit"])))


if __name__ == "__main__":
    main()
