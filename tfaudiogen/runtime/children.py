"""Starts child processes, which import nothing from the working folder."""

import os
import sys
import sysconfig
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[2])


def command(module, *arguments):
    """Return the command that runs a module in this Python, as strings.

    Without `-P` Python looks for modules in the working folder first: a file `json.py` beside
    somebody's sounds would be run.
    """
    return [sys.executable, "-P", "-m", module, *map(str, arguments)]


def environment(**further):
    """Return the environment of such a process, in which this package is found, and its children's.

    Args:
        further: variables to set.
    """
    values = os.environ | {"PYTHONSAFEPATH": "1"} | further
    if sysconfig.get_path("purelib") != _ROOT:  # a checkout, found by the working folder perhaps
        paths = [one for one in values.get("PYTHONPATH", "").split(os.pathsep) if one]
        values["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([*paths, _ROOT]))
    return values
