"""How much memory a training step needs, and which batch fits."""

import contextlib
import ctypes
import math
import os
import subprocess
from typing import NamedTuple

import psutil
import tensorflow as tf

from tfaudiogen import noise

# The input pipeline, the validation and the pictures of an epoch need their share too.
_SHARE = 0.7
# What a batch adds must stand out of what memory allocators do by themselves.
_CLEAR = 256 * 2**20
_LARGEST = 4096
# Adam keeps two moments of each weight and makes one update of it.
_OPTIMIZER = 3
_CGROUP = "/sys/fs/cgroup/memory"


class NotMeasurable(ValueError):  # noqa: N818 - says what it is
    """This system does not tell how much memory there is or is used."""


class Need(NamedTuple):
    """Bytes that a training step needs: `fixed + per_example B`, and those that it may have."""

    fixed: float
    per_example: float
    available: float

    def of(self, size):
        """Return the bytes that a step of `size` examples needs."""
        return self.fixed + self.per_example * size

    def fits(self, size):
        """Return whether a step of `size` examples fits."""
        return self.of(size) <= _SHARE * self.available

    @property
    def largest(self):
        """The largest power of two of examples that fits, 0 if none does."""
        sizes = [2**power for power in range(int(math.log2(_LARGEST)) + 1)]
        return max((size for size in sizes if self.fits(size)), default=0)


def measure(model):
    """Measure what loss and gradients of a `ProbabilisticModel` need on its first device.

    Batches of noise grow until the growth of the peak is clear; nothing is trained.

    Returns:
        A `Need`.

    Raises:
        NotMeasurable: the peak of the memory cannot be read on this system.
    """
    device, limit, step = _card(), available(), _step(model)
    peaks, size = {}, 1
    while True:
        peaks[size] = _peak(step, size, device)
        growth = peaks[size] - peaks[1]
        if growth > _CLEAR or size == _LARGEST or peaks[size] + 4 * growth > _SHARE * limit:
            break
        size *= 4
    per_example = growth / max(1, size - 1)
    if per_example <= 0:
        raise NotMeasurable(
            "the memory of a training step cannot be measured on this system: give a batch size"
        )
    fixed = max(0.0, peaks[1] - per_example) + _OPTIMIZER * _weights(model)
    return Need(fixed, per_example, limit)


def _weights(model):
    """Return the bytes of the trained weights."""
    return sum(4 * math.prod(weight.shape) for weight in model.trainable_weights)


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


def _peak(step, size, device):
    """Return the bytes in use at the peak of one step of `size` examples."""
    with _watched(device) as peak:
        step(tf.constant(size)).numpy()  # waits
        return peak()


@contextlib.contextmanager
def _watched(device):
    """Forget the peak, and give a function that returns the one since then, in bytes."""
    if device:
        tf.config.experimental.reset_memory_stats(device)
        yield lambda: tf.config.experimental.get_memory_info(device)["peak"]
        return
    _forget_peak()
    yield _resident_peak


def _forget_peak():
    """On Linux, give back what is free and set the peak to what is resident then (proc(5))."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)  # else the step fills what the allocator has kept
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def _resident_peak():
    with contextlib.suppress(OSError), open("/proc/self/status") as file:
        found = [line for line in file if line.startswith("VmHWM")]
        return int(found[0].split()[1]) * 1024
    return psutil.Process().memory_info().rss


def _card():
    """Return "GPU:0" if there is a graphics card, else None."""
    return "GPU:0" if tf.config.list_logical_devices("GPU") else None


def available():
    """Return the bytes that a training may have in all, on the first device."""
    if _card():
        return _card_memory()
    mine = psutil.Process().memory_info().rss
    return min(psutil.virtual_memory().available + mine, *_container_limits())


def _container_limits():
    """Yield what the container of this process may use: cgroups, version 2 and 1."""
    for name in (_CGROUP + ".max", os.path.join(_CGROUP, "memory.limit_in_bytes")):
        with contextlib.suppress(OSError, ValueError), open(name) as file:
            yield int(file.read())
    yield math.inf


def _card_memory():
    """Return the memory of the first graphics card in bytes, of which TensorFlow takes most."""
    query = ("nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits", "-i", "0")
    try:
        found = subprocess.run(query, capture_output=True, text=True, check=True, timeout=30)
        return float(found.stdout.split()[0]) * 2**20
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise NotMeasurable(
            f"the memory of the graphics card cannot be read ({error}): give a batch size"
        ) from error
