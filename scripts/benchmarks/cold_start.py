"""Where the first sound's time goes: `sample --count 1` in a new process, its parts, and the speed.

    python scripts/benchmarks/cold_start.py music_vae --rounds 5

Each round starts three processes, one after the other: one that only imports TensorFlow, Keras and
TensorFlow Probability, the command, and one that does what the command does and times each part.
The round before the first is not counted: it fills the caches of the disk. Last come seconds of
sound per second: cold of the command, warm of one sound and of many at once.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from contest import spread
from machine import setting

IMPORTS = "import tensorflow, keras, tensorflow_probability"
MANY = 32


def parts(name, out):
    """Return the seconds of each part of the command, in this new process."""
    found, start = {}, time.perf_counter()

    def mark(part):
        nonlocal start
        now = time.perf_counter()
        found[part], start = now - start, now

    import tensorflow  # noqa: F401

    mark("import TensorFlow")
    import keras  # noqa: F401

    mark("import Keras")
    import tensorflow_probability

    tensorflow_probability.distributions.Normal(0.0, 1.0)  # it is imported when it is used
    mark("import TensorFlow Probability")
    from tfaudiogen.cli.common.outputs import write_sound
    from tfaudiogen.saving import load

    mark("import the rest")
    model = load(name)
    mark("load")
    model.sample(1)
    mark("first draw: trace, draw, phase")
    waveforms = model.sample(1, seed=1).numpy()
    mark("second draw: draw, phase")
    write_sound(waveforms[0], out / "sound.wav", model.representation, "16")
    mark("write sound and picture")
    model.sample(MANY)
    mark(f"first {MANY} at once")
    model.sample(MANY, seed=1).numpy()
    mark(f"second {MANY} at once")
    return {**found, "sound": model.representation.seconds}


def seconds_of(command):
    """Return the seconds that a command takes."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def rounds_of(name, count, out):
    """Yield, for each round, the seconds of the imports, of the command, and those of its parts."""
    command = ["-m", "tfaudiogen", "sample", name, "--count", "1", "--out", str(out)]
    for number in range(count + 1):
        row = {
            "imports alone": seconds_of([sys.executable, "-c", IMPORTS]),
            "command": seconds_of([sys.executable, *command]),
        }
        inner = [sys.executable, __file__, name, "--parts", str(out)]
        done = subprocess.run(inner, check=True, capture_output=True, text=True)
        if number:
            yield {**row, **json.loads(done.stdout.splitlines()[-1])}


def main():
    """Print a table of medians and spread."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.parts:
        print(json.dumps(parts(arguments.model, arguments.parts)))
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print(setting())
    with tempfile.TemporaryDirectory() as out:
        rows = list(rounds_of(arguments.model, arguments.rounds, Path(out)))
    print("| part | seconds (least to most) |\n|---|---|")
    sound = [row.pop("sound") for row in rows][0]
    for part in rows[0]:
        print(f"| {part} | {spread([row[part] for row in rows])} |")
    beyond = [row["command"] - row["imports alone"] for row in rows]
    print(f"the command beyond the imports: {spread(beyond)} s")
    speeds = {"command": 1, "second draw: draw, phase": 1, f"second {MANY} at once": MANY}
    for part, count in speeds.items():
        speed = spread([count * sound / row[part] for row in rows])
        print(f"seconds of sound per second, {part}: {speed}")


if __name__ == "__main__":
    main()
