"""Commands are killed at random moments: what is there is whole, and the same command goes on.

    python -m pytest -m slow -n 0 tests/faults --kills 100 -s

shows the seed, the signal and the moment of each, and at the end what was counted.
"""

import collections
import contextlib
import os
import random
import signal
import time

import pytest
from commands import IS_WHOLE, content, export, left_over, prepare

pytestmark = pytest.mark.slow
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
_COUNTED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGKILL", "too late", "left over", "equal", "faults")


@pytest.mark.parametrize("command", IS_WHOLE, ids=lambda command: command.__name__)
def test_a_command_that_is_killed_at_any_moment(
    command, there, started, undisturbed, tmp_path, request
):
    expected, seconds = undisturbed(command)
    counts, faults = collections.Counter(), []
    for seed in range(request.config.getoption("--kills")):
        draw = random.Random(f"{command.__name__} {seed}")
        number, moment = draw.choice(SIGNALS), seconds * draw.uniform(0, 1)
        print(f"{command.__name__}: seed {seed}, {number.name} after {moment:.2f} s", flush=True)
        round_ = Round(command, there, tmp_path / str(seed), started)
        try:
            counted = [number.name, *round_.kill(number, moment), *round_.repeat(expected)]
        except AssertionError as error:
            counted = [number.name, "faults"]
            faults.append(f"seed {seed}, {number.name} after {moment:.2f} s: {error}")
            print(f"    {error}", flush=True)
        counts.update(counted)
    _tell(command, counts)
    assert not faults, "\n".join(faults)


def _tell(command, counts):
    """Print what was counted as a row of a table."""
    counted = [str(counts[what]) for what in _COUNTED]
    for row in (["command", *_COUNTED], ["---"] * (len(counted) + 1), [command.__name__, *counted]):
        print(f"| {' | '.join(row)} |", flush=True)


class Round:
    """One kill of a command, and the same command again.

    Args:
        command: of `commands`.
        there: folder with a model and a data set.
        folder: new, for what is written.
        started: the `forking.Commands`.
    """

    def __init__(self, command, there, folder, started):
        folder.mkdir()
        self.command, self.there, self.folder, self.started = command, there, folder, started
        self.out, self.log = folder / "out" / "1", folder / "log"
        self.out.parent.mkdir()

    def kill(self, number, moment):
        """Kill it, look at what is there, and yield what is to be counted."""
        code = self._run(lambda process: _send(process, number, moment))
        said = self.log.read_text()
        assert code in (0, -number, 128 + number), f"exit code {code}: {said}"
        if code != -number:  # and not before it had begun
            assert "Traceback" not in said, said
        assert IS_WHOLE[self.command](self.out), f"half of it is there: {said}"
        if code != -number:
            assert not self._left(), f"left over by an orderly end: {self._left()}"
        self._code = code
        return ["too late"] * (code == 0) + ["left over"] * bool(self._left())

    def repeat(self, expected):
        """Run it again, compare what is there, and yield what is to be counted."""
        whole = self.command in (prepare, export) and self.out.exists()
        if self._code != 0 and not whole:  # which would be refused
            code = self._run(lambda process: None)
            assert code == 0, f"the same command again fails with {code}: {self.log.read_text()}"
            assert not self._left(), f"left over by a second one: {self._left()}"
        assert content(self.command, self.out) == expected, "it differs from the undisturbed one"
        return ["equal"]

    def _run(self, disturb):
        process = self.started.start(self.command(self.there, self.out), self.folder, self.log)
        disturb(process)
        return self.started.wait()

    def _left(self):
        """Return what is left; `OUT.partial` of `prepare` is meant to stay until it is whole."""
        left = left_over(self.folder)
        return left if self.out.exists() else [n for n in left if n != f"{self.out.name}.partial"]


def _send(process, number, moment):
    """Send a signal after so many seconds, unless the process ends before."""
    began = time.monotonic()
    with contextlib.suppress(ProcessLookupError):
        while time.monotonic() - began < moment:
            os.kill(process, 0)
            time.sleep(0.02)
        os.kill(process, number)
