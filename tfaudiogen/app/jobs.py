"""Runs trainings and evaluations in separate processes, one at a time."""

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
    """A sequence of `tfaudiogen` commands with a common log.

    Args:
        title: description for users.
        commands: lists of arguments of `tfaudiogen`.
        log: path of the log file for their output.
        result: path of their result.
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
        """Whether the job is running or stopping."""
        return self.state in ("running", "stopping")

    @property
    def seconds(self):
        """How long the job has run, in seconds."""
        return (self._ended or time.monotonic()) - self._began

    def stop(self):
        """Stop the job in the same way as Ctrl-C, so that its state is saved."""
        with self._lock:
            if self.running:
                self.state = "stopping"
                if self._process:
                    # Unlike SIGINT, it is not ignored if the server runs in the background.
                    self._process.send_signal(signal.SIGTERM)

    def close(self):
        """Stop the job and wait for its end; kill it after a minute."""
        self.stop()
        self._thread.join(_PATIENCE)
        if self._thread.is_alive():
            self._process.kill()
            self._thread.join()

    def last_lines(self):
        """Return the last lines of the log, with only the last state of a progress bar."""
        if not self.log.is_file():
            return ""
        text = self.log.read_text(encoding="utf-8", errors="replace")
        lines = [re.split("\r", line.rstrip("\r"))[-1] for line in text.split("\n")]
        return "\n".join([line for line in lines if line.strip()][-_SHOWN_LINES:])

    def _run(self, commands):
        failed = True
        try:
            failed = any(self._call(command) != 0 for command in commands)
        finally:  # writing the log may fail, for example if its folder was deleted
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
            # Detached from the terminal, so that Ctrl-C reaches it only through `close`.
            return subprocess.Popen(
                children.command("tfaudiogen", *command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=children.environment(PYTHONUNBUFFERED="1", PYTHONIOENCODING="utf-8"),
                start_new_session=True,
            )


class Jobs:
    """Runs at most one job at a time; `current` is the running or the last one."""

    def __init__(self):
        self._lock, self.current, self._closed = threading.Lock(), None, False

    def start(self, *arguments):
        """Start a `Job` and return it.

        Raises:
            Refused: another job is running, or the server is stopping.
        """
        with self._lock:
            if self._closed:
                raise Refused("the server is being stopped: ask again when it is back.")
            if self.current and self.current.running:
                raise Refused(f"{self.current.title} is running: wait for its end, or stop it.")
            self.current = Job(*arguments)
            return self.current

    def close(self):
        """Stop the running job and refuse new ones."""
        with self._lock:
            self._closed = True
        if self.current:
            self.current.close()
