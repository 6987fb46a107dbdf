"""Makes hostile files by numbered seeds, has them opened by the worker, and judges what it says.

The environment variable `HOSTILE_COUNT` is how many of each kind are made, in place of the few of
the quick suite; `HOSTILE_FIRST` is the first seed. A failure names its seed.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import tfaudiogen

HERE = Path(__file__).resolve().parent
# Memory that opening may take, beside the model or the data themselves.
MOST_GROWN = 2**30


def corpus(kind, change, sources, folder, default):
    """Return the paths of changed copies of sound files or folders; their names are the seeds.

    Args:
        kind: a word, part of the seed.
        change: function that writes a changed copy of its first argument to its second, at random
            as its third says.
        sources: paths to choose from.
        folder: of the copies.
        default: how many there are unless the environment says otherwise.
    """
    first = int(os.environ.get("HOSTILE_FIRST", 0))
    seeds = range(first, first + int(os.environ.get("HOSTILE_COUNT", default)))
    cases = []
    for seed in seeds:
        draw = random.Random(f"{kind} {seed}")
        cases.append(folder / f"seed{seed}")
        change(draw.choice(sources), cases[-1], draw)
    return cases


def check_all(kind, sound, cases):
    """Assert that each case is opened, or refused in one line of our own, and nothing else."""
    found = opened(kind, sound, cases)
    assert [Path(said["case"]) for said in found] == list(map(Path, cases))
    for said in found:
        assert said["ours"], said
        assert said["foreign"] == [], said
        assert "\n" not in said["line"], said
        assert said["grown"] < MOST_GROWN, said


def opened(kind, sound, cases):
    """Return what the worker says of each case; it opens a sound one first."""
    root = Path(tfaudiogen.__file__).parent.parent
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(root), str(HERE)]),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-P", str(HERE / "hostile_worker.py"), kind]
    command += map(str, [sound, *cases])
    ran = subprocess.run(command, env=environment, capture_output=True, text=True)
    said = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert ran.returncode == 0, f"ended with {ran.returncode} after {said[-1:]}: {ran.stderr}"
    return said
