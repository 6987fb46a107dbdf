"""Start commands of tfaudiogen without waiting for their imports each time.

Run as a script it imports all that the commands import, and forks for each command that it receives
in a line of JSON: it answers with the number of the process, then with its exit code. TensorFlow is
imported and not begun, so that each command begins it for itself.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path


class Commands:
    """A process that starts commands; close it at the end."""

    def __init__(self, log):
        self._log = Path(log)
        root = Path(__file__).resolve().parent.parent.parent
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
        with self._log.open("wb") as said:
            self._parent = subprocess.Popen(
                [sys.executable, __file__],
                env=kept | {"TF_CPP_MIN_LOG_LEVEL": "3"} | _where_it_is(root),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )

    def start(self, words, folder, log):
        """Start `tfaudiogen WORDS` with a temporary folder and a log, and return its number."""
        asked = {"words": list(map(str, words)), "folder": str(folder), "log": str(log)}
        self._parent.stdin.write(json.dumps(asked) + "\n")
        self._parent.stdin.flush()
        return int(self._answer())

    def wait(self):
        """Return the exit code of what was started last; negative for what a signal killed."""
        return int(self._answer())

    def close(self):
        """End."""
        self._parent.stdin.close()
        self._parent.wait()

    def _answer(self):
        line = self._parent.stdout.readline()
        assert line, self._log.read_text()
        return line


def _where_it_is(root):
    # In a checkout it is to be the checkout's; elsewhere what is installed.
    return {"PYTHONPATH": str(root)} if (root / "tfaudiogen").is_dir() else {}


def _next_command():
    """Fork for each command that is asked for; return it in the child, None at the end."""
    for line in sys.stdin:
        asked = json.loads(line)
        process = os.fork()
        if not process:
            return asked
        print(process, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
    return None


def _run(asked):
    with open(asked["log"], "wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    os.environ["TMPDIR"] = asked["folder"]
    from tfaudiogen.cli import main

    main(asked["words"], prog_name="tfaudiogen")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    from tfaudiogen.runtime.keras_backend import require_tensorflow

    require_tensorflow()
    import librosa  # noqa: F401
    import tensorflow_datasets  # noqa: F401
    import tensorflow_probability  # noqa: F401

    import tfaudiogen

    for name in dir(tfaudiogen):
        with contextlib.suppress(ImportError):  # of extras that are not there
            getattr(tfaudiogen, name)
    chosen = _next_command()
    if chosen:
        _run(chosen)
