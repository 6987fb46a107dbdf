"""Long work in processes of its own: trainings and evaluations, one at a time."""

import re
import signal
import subprocess
import threading
import time

from tfaudiogen.app.refusals import Refused
from tfaudiogen.runtime import children

_SHOWN_LINES = 12
_PATIENCE = 60.0  # seconds that a stopped job has to save what it has


class Job:
    """Commands of `tfaudiogen` that run one after the other, with one log.

    Args:
        title: for people.
        commands: lists of arguments of `tfaudiogen`.
        log: path of the file that takes what they say.
        result: path of what they make.
    """

    def __init__(self, title, commands, log, result):
        self.title, self.log, self.result = title, log, result
        self.state, self._process, self._began = "running", None, time.monotonic()
        self._ended, self._lock = None, threading.Lock()
        log.parent.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._run, args=(commands,), daemon=True)
        self._thread.start()

    @property
    def running(self):
        """Whether it is not over."""
        return self.state in ("running", "stopping")

    @property
    def seconds(self):
        """How long it has run."""
        return (self._ended or time.monotonic()) - self._began

    def stop(self):
        """Stop it, as Ctrl-C would: what it has is saved."""
        with self._lock:
            if self.running:
                self.state = "stopping"
                if self._process:
                    # Unlike Ctrl-C it is never ignored, also where the server is in the background.
                    self._process.send_signal(signal.SIGTERM)

    def close(self):
        """Stop it and wait until it is over."""
        self.stop()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            self._process.kill()
            self._thread.join()

    def last_lines(self):
        """Return the end of its log; of a progress bar the last state."""
        if not self.log.is_file():
            return ""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        lines = [re.split("\r", line.rstrip("\r"))[-1] for line in text.split("\n")]
        return "\n".join([line for line in lines if line.strip()][-_SHOWN_LINES:])

    def _run(self, commands):
        failed = True
        try:
            failed = any(self._call(command) != 0 for command in commands)
        finally:  # the log may not be there to be written any more
            stopped = self.state == "stopping"
            self._ended = time.monotonic()
            self.state = "stopped" if stopped else "failed" if failed else "finished"

    def _call(self, command):
        with self._lock:
            if self.state == "stopping":
                return 1
            self._process = self._started(command)
        return self._process.wait()

    def _started(self, command):
        with self.log.open("ab") as log:
            # A session of its own: Ctrl-C for the server reaches it through `close` alone.
            return subprocess.Popen(
                children.command("tfaudiogen", *command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=children.environment(PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8"),
                start_new_session=True,
            )


class Jobs:
    """The job under way and the last one; there is room for one."""

    def __init__(self):
        self._lock, self.current, self._closed = threading.Lock(), None, False

    def start(self, *arguments):
        """Start a `Job` and return it.

        Raises:
            Refused: another one is running, or the server is about to stop.
        """
        with self._lock:
            if self._closed:
                raise Refused("the server is being stopped: ask again when it is back.")
            if self.current and self.current.running:
                raise Refused(f"{self.current.title} is running: wait for its end, or stop it.")
            self.current = Job(*arguments)
            return self.current

    def close(self):
        """Stop what is running, and start nothing any more."""
        with self._lock:
            self._closed = True
        if self.current:
            self.current.close()
