"""The training step at 512x512 beside what one would write in Keras 2 or in PyTorch.

    python scripts/benchmarks/beside_peers.py --environments ENVIRONMENTS --rounds 5

Each runs in a process of its own and takes a step when it is its turn, so that what else the
machine does falls on all alike; the ratio of a round is what counts. ENVIRONMENTS receives a
virtual environment for each of the two peers, made and filled where it is missing. Ours run with
the Python that runs this.
"""

import argparse
import statistics
import sys
from pathlib import Path

from contest import PEERS, play, python_of, ratio, spread

WAYS = ("plain", "compiled")


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
        beside = " | ".join(f"{ratio(peer, one):.2f}" for peer in best.values())
        speed = batch_size / statistics.median(one.seconds)
        print(
            f"| {name} | {speed:.2f} | {spread(one.seconds)} | {beside} | "
            f"{one.facts['versions']}, {one.facts['parameters'] / 1e6:.1f} M parameters |"
        )


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, required=True)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5, help="timed steps of each")
    arguments = parser.parse_args()
    every = commands(arguments.environments, arguments.batch_size)
    table(play(every, arguments.rounds), arguments.batch_size)


if __name__ == "__main__":
    main()
