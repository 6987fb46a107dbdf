"""The training step at 512x512 beside what one would write in Keras 2 or in PyTorch.

    python scripts/benchmarks/beside_peers.py --environments ENVIRONMENTS --rounds 5

Each program runs in a process of its own and takes a step when it is its turn, so that what else
the machine does falls on all alike; the ratio of a round is what counts. First each is tried plain
and compiled (by XLA, by torch.compile), the two in turn, and its quicker way is the one that is
compared. ENVIRONMENTS receives a virtual environment for each of the two peers, made and filled
where it is missing. Ours run with the Python that runs this. About 14 GB of memory.
"""

import argparse
import statistics
import sys
from pathlib import Path

from contest import PEERS, play, python_of, ratio, spread

OURS = {
    "literature_vae": ("literature_vae", "float32"),
    "music_vae": ("music_vae", "float32"),
    "music_vae in bfloat16": ("music_vae", "mixed_bfloat16"),
}
KERAS, TORCH = "Keras 2 and tfp.layers", "PyTorch"
WAYS = ("plain", "compiled")
TRIALS = 3


def commands(environments, batch_size):
    """Return {program: {way: command}}."""
    keras2, torch = (python_of(environments, name) for name in ("keras2", "torch"))
    words = {
        **{
            name: [sys.executable, PEERS / "ours.py", *settings, batch_size]
            for name, settings in OURS.items()
        },
        KERAS: [keras2, PEERS / "keras2.py", batch_size],
        TORCH: [torch, PEERS / "torch_vae.py", batch_size],
    }
    return {name: {way: [*command, way] for way in WAYS} for name, command in words.items()}


def quicker(program, ways):
    """Return the name and the command of the quicker way of a program."""
    tried = play({f"{program}, {way}": command for way, command in ways.items()}, TRIALS)
    least = min(tried, key=lambda name: statistics.median(tried[name].seconds))
    for name, one in tried.items():
        print(f"{name}: {spread(one.seconds)} s", flush=True)
    return least, ways[least.rsplit(", ")[-1]]


def table(contestants, batch_size):
    """Print a line for each: speed, and the ratio of a peer's time to its own in each round."""
    peers = [one for name, one in contestants.items() if name.startswith((KERAS, TORCH))]
    heads = ("step", "examples/s", "seconds (least to most)")
    print("| " + " | ".join([*heads, "beside Keras 2", "beside PyTorch", "of"]) + " |")
    print("|---|---|---|---|---|---|")
    for name, one in contestants.items():
        beside = " | ".join(f"{ratio(peer, one):.2f}" for peer in peers)
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
    programs = commands(arguments.environments, arguments.batch_size)
    best = dict(quicker(program, ways) for program, ways in programs.items())
    table(play(best, arguments.rounds), arguments.batch_size)


if __name__ == "__main__":
    main()
