"""Jobs: what is stopped at any moment is over, and nothing begins when the server ends."""

import threading
import time

import pytest

from tfaudiogen.app.jobs import Job, Jobs
from tfaudiogen.app.refusals import Refused


class Process:
    """Stands for the process of a command, which ends when a signal comes."""

    def __init__(self):
        self.signals, self._over = [], threading.Event()

    def send_signal(self, number):
        self.signals.append(number)
        self._over.set()

    def wait(self):
        assert self._over.wait(60)
        return 130


@pytest.fixture
def processes(monkeypatch):
    """The processes that jobs have started, in order."""
    started = []

    def start(job, command):
        started.append(Process())
        return started[-1]

    monkeypatch.setattr(Job, "_started", start)
    return started


def begun(processes, jobs, tmp_path):
    job = jobs.start("training", [["prepare"], ["train"]], tmp_path / "a.log", tmp_path)
    end = time.monotonic() + 60
    while not processes and time.monotonic() < end:
        time.sleep(0.01)
    return job


def test_a_job_that_is_stopped_begins_none_of_its_further_commands(processes, tmp_path):
    jobs = Jobs()
    job = begun(processes, jobs, tmp_path)
    jobs.close()
    assert (job.state, len(processes), len(processes[0].signals)) == ("stopped", 1, 1)
    job.stop()
    assert len(processes[0].signals) == 1


def test_nothing_begins_when_the_server_ends(processes, tmp_path):
    jobs = Jobs()
    jobs.close()
    with pytest.raises(Refused, match="being stopped"):
        jobs.start("training", [["train"]], tmp_path / "a.log", tmp_path)
    assert processes == []


def test_a_job_whose_command_cannot_be_started_has_failed(monkeypatch, tmp_path):
    def fail(job, command):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Job, "_started", fail)
    monkeypatch.setattr(threading, "excepthook", lambda arguments: None)
    jobs = Jobs()
    job = jobs.start("training", [["train"]], tmp_path / "a.log", tmp_path)
    job._thread.join(60)
    assert job.state == "failed"
