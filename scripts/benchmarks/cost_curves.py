"""Time and memory of a training step against batch size, frames and channels, with exponents.

    python scripts/benchmarks/cost_curves.py --preset music_vae --steps 3

Each point is measured in a process of its own: the median of its steps, after one that compiles,
and the highest resident memory beyond what the process held with the model built. The exponent is
the slope of a line through the logarithms: 1 is proportional.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
from machine import setting

BATCH, FRAMES = 4, 256
BATCHES, LENGTHS, FACTORS = (1, 2, 4, 8, 16), (128, 256, 512, 1024), (0.5, 1.0, 2.0)


def curves(preset):
    """Return, by the name of what changes, the settings of its points: (value, batch, changes)."""
    from tfaudiogen import presets

    widths = presets.get(preset).model["widths"]
    short = {"spectrogram.frames": FRAMES}
    return {
        "batch": [(size, size, short) for size in BATCHES],
        "frames": [(length, BATCH, {"spectrogram.frames": length}) for length in LENGTHS],
        "channels": [
            (factor, BATCH, {**short, "model.widths": [int(factor * width) for width in widths]})
            for factor in FACTORS
        ],
    }


def measure(preset, batch_size, changes, steps):
    """Return the seconds and the bytes of a step, in this new process."""
    from training_step import stepper

    from tfaudiogen import presets
    from tfaudiogen.training.resources.peaks import resident, watched

    step = stepper(presets.get(preset, **changes).build(), batch_size, compiled=True)
    before, seconds = resident(), []

    def run():
        for _ in range(steps + 1):
            start = time.perf_counter()
            step()
            seconds.append(time.perf_counter() - start)

    peak = watched(run)
    return {"seconds": statistics.median(seconds[1:]), "bytes": peak - before}


def exponent(values, costs):
    """Return the slope of log cost against log value."""
    return float(np.polyfit(np.log(values), np.log(costs), 1)[0])


def main():
    """Print a table for each curve."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", default="music_vae")
    parser.add_argument("--steps", type=int, default=3, help="timed steps of each point")
    parser.add_argument("--point", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.point:
        print(json.dumps(measure(arguments.preset, *json.loads(arguments.point), arguments.steps)))
        return
    print(setting())
    for name, points in curves(arguments.preset).items():
        print(f"\n| {name} | s a step | MB |\n|---|---|---|")
        rows = []
        for value, batch_size, changes in points:
            point = json.dumps([batch_size, changes])
            command = [sys.executable, __file__, "--preset", arguments.preset, "--point", point]
            command += ["--steps", str(arguments.steps)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            row = json.loads(done.stdout.splitlines()[-1])
            rows.append((value, row["seconds"], row["bytes"]))
            print(f"| {value} | {row['seconds']:.3f} | {row['bytes'] / 1e6:.0f} |", flush=True)
        values, seconds, sizes = zip(*rows, strict=True)
        print(
            f"exponents: time {exponent(values, seconds):.2f}, memory {exponent(values, sizes):.2f}"
        )


if __name__ == "__main__":
    main()
