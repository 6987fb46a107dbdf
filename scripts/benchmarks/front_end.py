"""Spectrograms and phase retrieval beside librosa and PyTorch.

    python scripts/benchmarks/front_end.py --environments ENVIRONMENTS --rounds 7

A turn is eight clips of 5.94 s at 22,050 Hz: to linear spectrogram images of 512 bins, to mel
images of 512 bins, or from magnitudes to sound. librosa takes clip after clip, as it is used; the
others take a batch. librosa and PyTorch find phases by 32 iterations of Griffin and Lim's algorithm
with momentum; how near each comes is measured by `inversion.py`. ENVIRONMENTS is as for
`beside_peers.py`.
"""

import argparse
import sys
from pathlib import Path

from contest import PEERS, play, python_of, ratio, spread

TASKS = {"linear": ("linear",), "mel": ("mel",), "phase": ("pghi", "graph")}


def commands(environments):
    """Return {task: {name: command}}, ours first."""
    torch = python_of(environments, "torch")
    return {
        task: {
            **{f"ours, {way}": [sys.executable, PEERS / "front_end_ours.py", way] for way in ways},
            "librosa": [sys.executable, PEERS / "front_end_librosa.py", task],
            "PyTorch": [torch, PEERS / "front_end_torch.py", task],
        }
        for task, ways in TASKS.items()
    }


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=7, help="timed turns of each")
    arguments = parser.parse_args()
    rows = []
    for task, found in commands(arguments.environments).items():
        contestants = play(found, arguments.rounds)
        first = next(iter(contestants.values()))
        rows += [
            f"| {task} | {name} | {spread(one.seconds, 3)} | {ratio(one, first):.2f} | "
            f"{one.facts['versions']} |"
            for name, one in contestants.items()
        ]
    print("| task | by | seconds (least to most) | times as long as ours | versions |")
    print("|---" * 5 + "|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
