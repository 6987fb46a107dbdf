"""Programs that take turns, each in a process of its own, perhaps in an environment of its own.

So what else the machine does falls on all alike, and no library disturbs another. The process side
is `peers/turns.py`.
"""

import json
import os
import statistics
import subprocess
import venv
from pathlib import Path

from machine import setting

HERE = Path(__file__).parent
PEERS = HERE / "peers"
PACKAGES = {
    "keras2": ["tensorflow", "tf-keras", "tensorflow-probability[tf]"],
    "torch": ["torch==2.13.0", "numpy"],
}


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


def play(commands, rounds):
    """Start all, say how long the first turn took, and let each take a turn in every round.

    Args:
        commands: {name: command}.
        rounds: number of timed turns of each.

    Returns:
        {name: `Contestant`}, all of them ended.
    """
    print(setting(), flush=True)
    contestants = {}
    for name, command in commands.items():
        contestants[name] = Contestant(command)
        facts = contestants[name].facts
        print(f"{name}: first turn {facts['first_step_seconds']:.1f} s", flush=True)
    for _ in range(rounds):
        for one in contestants.values():
            one.step()
    for one in contestants.values():
        one.end()
    return contestants


def ratio(peer, one):
    """Return the median over rounds of how much longer the peer took."""
    return statistics.median(a / b for a, b in zip(peer.seconds, one.seconds, strict=True))


def spread(seconds, digits=2):
    """Return the median with least and most in brackets."""
    values = (statistics.median(seconds), min(seconds), max(seconds))
    middle, least, most = (f"{value:.{digits}f}" for value in values)
    return f"{middle} ({least} to {most})"
