"""Measures the memory of a training step, to find the batch size that fits."""

import contextlib
import json
import math
import os
import subprocess
from typing import NamedTuple

import keras
import psutil
import tensorflow as tf

from tfaudiogen.runtime import children
from tfaudiogen.training.resources import peaks

_LARGEST = 4096
# Copies of the weights in Adam: two moments and the update.
_OPTIMIZER = 3
_CGROUP = "/sys/fs/cgroup/memory"


class NotMeasurable(ValueError):  # noqa: N818 - says what it is
    """This system does not report the memory size or use."""


class Need(NamedTuple):
    """Bytes that a training step of B examples needs, `fixed + per_example B`, and may use.

    On CPU, both exclude the memory that the process uses already.
    """

    fixed: float
    per_example: float
    available: float

    def of(self, size):
        """Return the bytes that a step of `size` examples needs."""
        return self.fixed + self.per_example * size

    def fits(self, size):
        """Return whether a step of `size` examples fits."""
        return self.of(size) <= peaks.SHARE * self.available

    @property
    def largest(self):
        """The largest power of two of examples that fits; 0 if not even one does."""
        sizes = [2**power for power in range(int(math.log2(_LARGEST)) + 1)]
        return max((size for size in sizes if self.fits(size)), default=0)


def measure(model):
    """Measure the memory for loss and gradients of a `ProbabilisticModel` on the first device.

    On CPU this runs in a separate process: memory that allocators kept from earlier work would
    hide the needs of a batch, and the measurement's own memory is freed. Nothing is trained.

    Returns:
        A `Need`.

    Raises:
        NotMeasurable: the peak memory cannot be read on this system.
    """
    limit = available()
    found = peaks.on_card(model, limit) if _card() else _in_another_process(model, limit)
    smallest, largest = min(found), max(found)
    per_example = (found[largest] - found[smallest]) / max(1, largest - smallest)
    if per_example <= 0:
        raise NotMeasurable(
            "the memory of a training step cannot be measured on this system: give a batch size"
        )
    fixed = max(0.0, found[smallest] - per_example * smallest) + _OPTIMIZER * _weights(model)
    return Need(fixed, per_example, limit)


def _in_another_process(model, limit):
    """Return {number of examples: peak bytes of a step}, measured by `peaks` as a program."""
    asked = {"model": keras.saving.serialize_keras_object(model), "limit": limit}
    done = subprocess.run(
        children.command(peaks.__name__),
        input=json.dumps(asked),
        env=children.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.splitlines() or [f"exit code {done.returncode}"])[-1]
        raise NotMeasurable(
            f"the memory of a training step cannot be measured ({reason}): give a batch size"
        )
    return {int(size): peak for size, peak in json.loads(done.stdout.splitlines()[-1]).items()}


def _weights(model):
    """Return the bytes of the trainable weights."""
    return sum(4 * math.prod(weight.shape) for weight in model.trainable_weights)


def _card():
    """Return "GPU:0" if there is a GPU, else None."""
    return "GPU:0" if tf.config.list_logical_devices("GPU") else None


def available():
    """Return the bytes that a training may use on the first device.

    On GPU, its total memory; on CPU, what this process can allocate in addition.
    """
    if _card():
        return _card_memory()
    container = min(_container_limits()) - psutil.Process().memory_info().rss
    return max(0, min(psutil.virtual_memory().available, container))


def _container_limits():
    """Yield the memory limits of the container of this process (cgroups, version 2 and 1)."""
    for name in (_CGROUP + ".max", os.path.join(_CGROUP, "memory.limit_in_bytes")):
        with contextlib.suppress(OSError, ValueError), open(name) as file:
            yield int(file.read())
    yield math.inf


def _card_memory():
    """Return the total memory of the first GPU in bytes; TensorFlow allocates most of it."""
    query = ("nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits", "-i", "0")
    try:
        found = subprocess.run(query, capture_output=True, text=True, check=True, timeout=30)
        return float(found.stdout.split()[0]) * 2**20
    except (OSError, subprocess.SubprocessError, ValueError, IndexError) as error:
        raise NotMeasurable(
            f"the memory of the graphics card cannot be read ({error}): give a batch size"
        ) from error
