"""The training step at 512x512 beside what one would write in Keras 2 or in PyTorch.

    python scripts/benchmarks/beside_peers.py --environments ENVIRONMENTS --rounds 5

Each runs in a process of its own and takes a step when it is its turn, so that what else the
machine does falls on all alike; the ratio of a round is what counts. ENVIRONMENTS receives a
virtual environment for each of the two peers, made and filled where it is missing. Ours run with
the Python that runs this.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).parent
PEERS = HERE / "peers"
PACKAGES = {
    "keras2": ["tensorflow", "tf-keras", "tensorflow-probability[tf]"],
    "torch": ["torch==2.13.0", "numpy"],
}
WAYS = ("plain", "compiled")


def python_of(folder, name):
    """Return the Python of a peer's environment, made if it is not there."""
    place = folder / name
    python = place / "bin" / "python"
    if not (place / "complete").exists():
        venv.create(place, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES[name]], check=True)
        (place / "complete").touch()
    return python


class Contestant:
    """A process that takes steps in turn; see `peers/turns.py`."""

    def __init__(self, command):
        paths = (str(HERE), os.environ.get("PYTHONPATH"))  # ours takes `training_step` from here
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(map(str, command))}: ended with {self.process.wait()}")
        self.facts, self.seconds = json.loads(line), []

    def step(self):
        """Take one step and note its time."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        self.seconds.append(float(self.process.stdout.readline()))

    def end(self):
        """Let the process go."""
        self.process.stdin.close()
        self.process.wait()


def commands(environments, batch_size):
    """Return the command of each contestant by its name, ours first."""
    found = {
        f"{name}, {way}": [sys.executable, PEERS / "ours.py", name, batch_size, way]
        for name in ("literature_vae", "music_vae")
        for way in WAYS
    }
    keras2, torch = (python_of(environments, name) for name in ("keras2", "torch"))
    for way in WAYS:
        found[f"Keras 2 and tfp.layers, {way}"] = [keras2, PEERS / "keras2.py", batch_size, way]
        found[f"PyTorch, {way}"] = [torch, PEERS / "torch_vae.py", batch_size, way]
    return found


def table(contestants, batch_size):
    """Print a line for each: speed, and the ratio of its time to that of each round's best peer."""
    best = {
        peer: min(
            (one for name, one in contestants.items() if name.startswith(peer)),
            key=lambda one: statistics.median(one.seconds),
        )
        for peer in ("Keras 2", "PyTorch")
    }
    heads = (
        "step",
        "examples/s",
        "seconds (least to most)",
        "beside Keras 2",
        "beside PyTorch",
        "of",
    )
    print("| " + " | ".join(heads) + " |")
    print("|---|---|---|---|---|---|")
    for name, one in contestants.items():
        median = statistics.median(one.seconds)
        ratios = [
            statistics.median(
                theirs / ours for theirs, ours in zip(peer.seconds, one.seconds, strict=True)
            )
            for peer in best.values()
        ]
        spread = f"{median:.2f} ({min(one.seconds):.2f} to {max(one.seconds):.2f})"
        beside = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        print(
            f"| {name} | {batch_size / median:.2f} | {spread} | {beside} | "
            f"{one.facts['versions']}, {one.facts['parameters'] / 1e6:.1f} M parameters |"
        )


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, required=True)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5, help="timed steps of each")
    arguments = parser.parse_args()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores")
    contestants = {}
    for name, command in commands(arguments.environments, arguments.batch_size).items():
        contestants[name] = Contestant(command)
        facts = contestants[name].facts
        print(f"{name}: first step {facts['first_step_seconds']:.1f} s", flush=True)
    for _ in range(arguments.rounds):
        for one in contestants.values():
            one.step()
    table(contestants, arguments.batch_size)
    for one in contestants.values():
        one.end()


if __name__ == "__main__":
    main()
