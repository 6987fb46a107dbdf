"""Where the time of a training step goes, and how much of the matrix peak it reaches.

    python scripts/benchmarks/profile_step.py music_vae --batch-size 8

The peak is the best product of two matrices of 2048 by 2048 that this machine was seen to make in
the same run. The arithmetic of a step is three times that of the forward pass (once forward, once
for each of the two gradients), convolutions and products of matrices alone. The table is
TensorFlow's own trace of plain (not compiled) steps, by kind of operation, summed over threads; of
compiled ones it shows XLA's instructions with `--compiled`.
"""

import argparse
import collections
import os
import re
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf
from contest import spread
from machine import setting
from tensorflow.tsl.profiler.protobuf import xplane_pb2
from training_step import stepper

from tfaudiogen import presets

SIDE = 2048
PICOSECONDS = 1e12
_WHOLE = ("StatefulPartitionedCall", "PartitionedCall", "Process", "Run", "call", "while")


def matrix_peak():
    """Return the most float32 operations a second of a product of two matrices."""
    a = tf.random.normal((SIDE, SIDE))
    multiply = tf.function(lambda: tf.linalg.matmul(a, a)[0, 0])
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        multiply().numpy()
        seconds.append(time.perf_counter() - start)
    return 2.0 * SIDE**3 / min(seconds)


def forward_operations(model, batch_size):
    """Return the float32 operations of convolutions and products in one forward pass."""
    shape = (batch_size, *model.representation.image_shape)
    graph = tf.function(lambda x: model(x)).get_concrete_function(tf.TensorSpec(shape)).graph
    return sum(_operations(operation) for operation in graph.get_operations())


def _operations(operation):
    sizes = [x.shape.num_elements() for x in (*operation.inputs, *operation.outputs)]
    if operation.type == "Conv2D":
        *kernel, _ = operation.inputs[1].shape
        return 2 * sizes[-1] * kernel[0] * kernel[1] * kernel[2]
    if operation.type == "Conv2DBackpropInput":  # a transposed convolution
        height, width, outputs, _ = operation.inputs[1].shape
        return 2 * operation.inputs[2].shape.num_elements() * height * width * outputs
    if operation.type in ("MatMul", "BatchMatMulV2"):
        return 2 * sizes[-1] * operation.inputs[0].shape[-1]
    return 0


def traced(step, count):
    """Return {operation: seconds a step} of TensorFlow's trace, summed over threads."""
    with tempfile.TemporaryDirectory() as folder:
        tf.profiler.experimental.start(folder)
        for _ in range(count):
            step()
        tf.profiler.experimental.stop()
        (path,) = Path(folder).rglob("*.xplane.pb")
        space = xplane_pb2.XSpace.FromString(path.read_bytes())
    found = collections.Counter()
    for plane in space.planes:
        if not plane.name.startswith("/host:CPU"):
            continue
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                found[name] += event.duration_ps / PICOSECONDS / count
    return found


def by_kind(found, compiled):
    """Return seconds by kind of operation, those of whole graphs and of waiting left out."""
    # "gradients/conv/Conv2D:Conv2DBackpropFilter" of the executor; "add_fusion.12" of XLA.
    pattern = r"^([a-z][a-z_\-]*)(?:[.\d]|clone)*$" if compiled else r":(_?[A-Z]\w+)$"
    kinds = collections.Counter()
    for name, seconds in found.items():
        match = re.search(pattern, name)
        if match and match[1] not in _WHOLE:
            kinds[match[1]] += seconds
    return kinds


def main():
    """Print the peak, the share of it, and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset", nargs="?", default="music_vae")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--compiled", action="store_true", help="trace compiled steps")
    arguments = parser.parse_args()
    print(setting())
    model = presets.get(arguments.preset).build()
    peak = matrix_peak()
    needed = 3.0 * forward_operations(model, arguments.batch_size)
    print(f"matrix peak {peak / 1e9:.0f} GFLOP/s; a step needs {needed / 1e9:.1f} GFLOP")
    step = stepper(model, arguments.batch_size, arguments.compiled)
    step()
    seconds = []
    for _ in range(arguments.steps):
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    share = needed / statistics.median(seconds) / peak
    print(f"step {spread(seconds, 3)} s: {share:.0%} of the matrix peak")
    kinds = by_kind(traced(step, arguments.steps), arguments.compiled)
    whole = sum(kinds.values())
    print("| operation | seconds a step, all threads | share |\n|---|---|---|")
    for kind, value in kinds.most_common(14):
        print(f"| {kind} | {value:.3f} | {value / whole:.1%} |")


if __name__ == "__main__":
    main()
