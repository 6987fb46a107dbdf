"""Commands and environments of child processes that import nothing from the working folder."""

import os
import sys
import sysconfig
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[2])


def command(module, *arguments):
    """Return the command that runs a module with this Python interpreter, as a list of strings.

    Without `-P`, Python imports from the working folder first: a file `json.py` among a user's
    sounds would be run.
    """
    return [sys.executable, "-P", "-m", module, *map(str, arguments)]


def environment(**further):
    """Return the environment for a child process and its children, in which this package is found.

    Args:
        further: environment variables to set.
    """
    values = os.environ | {"PYTHONSAFEPATH": "1"} | further
    if sysconfig.get_path("purelib") != _ROOT:  # a checkout, perhaps found via the working folder
        paths = [one for one in values.get("PYTHONPATH", "").split(os.pathsep) if one]
        values["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([*paths, _ROOT]))
    return values
