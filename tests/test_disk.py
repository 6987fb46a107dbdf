"""What is written is there whole or not at all, what the dead left goes, one writes at a time."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import tfaudiogen
from tfaudiogen.disk import InUse, atomic_file, locked, locks, temporary, whole_folder

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(tfaudiogen.__file__).parent.parent)}
NOBODY = 2**22 + 1  # more than Linux gives to any process


@pytest.fixture(autouse=True)
def looking_again():
    """Look for what is left as a process does that has just begun."""
    temporary._looked_after.clear()


def of_a_dead_process(path):
    fresh = temporary.temporary_beside(path)
    return fresh.with_name(fresh.name.replace(f"-{os.getpid()}-", f"-{NOBODY}-"))


def write(path, content="new"):
    with atomic_file(path) as file:
        file.write_text(content)


def test_what_the_dead_have_left_is_removed_and_nothing_else(tmp_path):
    dead = of_a_dead_process(tmp_path / "a.txt")
    dead_folder = of_a_dead_process(tmp_path / "folder")
    alive = temporary.temporary_beside(tmp_path / "b.txt")
    elsewhere = dead.with_name(dead.name.replace(temporary.this_machine(), "0" * 8))
    old = elsewhere.with_name(f".old{elsewhere.name}")
    for path in (dead, alive, elsewhere, old, tmp_path / "partial-notes.txt"):
        path.write_text("x")
    os.utime(old, (0, 0))
    (dead_folder / "within").mkdir(parents=True)
    temporary._looked_after.clear()
    write(tmp_path / "a.txt")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.txt", "partial-notes.txt", alive.name, elsewhere.name}


def test_a_number_that_another_process_has_got_is_no_sign_of_life():
    start = temporary.started(os.getpid())
    machine = temporary.this_machine()
    assert temporary.is_alive(machine, os.getpid(), start)
    assert not temporary.is_alive(machine, os.getpid(), start + 1)
    assert not temporary.is_alive(machine, NOBODY, start)


@pytest.mark.parametrize("name", ["é" * 127, "x" * 255, "a." + "y" * 250], ids=len)
def test_names_may_be_as_long_as_the_system_allows(tmp_path, name):
    write(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_an_error_of_the_disk_names_the_file_that_was_asked_for(tmp_path):
    def full():
        with atomic_file(tmp_path / "a.txt"):
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match=r"No space left.*a\.txt'$"):
        full()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_there_when_it_is_whole(tmp_path):
    with whole_folder(tmp_path / "out") as folder:
        (folder / "a").write_text("a")
        assert not (tmp_path / "out").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "a").read_text() == "a"


def test_a_folder_that_came_to_be_meanwhile_is_left_as_it_is(tmp_path):
    def overtaken():
        with whole_folder(tmp_path / "out") as folder:
            (folder / "mine").touch()
            (tmp_path / "out").mkdir()
            (tmp_path / "out" / "theirs").touch()

    with pytest.raises(FileExistsError, match="meanwhile"):
        overtaken()
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "theirs"]


def test_a_folder_that_is_not_finished_leaves_nothing(tmp_path):
    def stopped():
        with whole_folder(tmp_path / "out") as folder:
            (folder / "a").write_text("a")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert list(tmp_path.iterdir()) == []


HOLDER = """
import sys, time
from tfaudiogen.disk import locked
with locked(sys.argv[1], "prepare"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that has the lock of the folder `data`."""
    command = [sys.executable, "-c", HOLDER, tmp_path / "data"]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def take(path):
    with locked(path, "train"):
        return True


def test_a_lock_says_who_has_it_and_ends_with_the_process(tmp_path, holder):
    said = rf"(data|link): another `tfaudiogen prepare` \(process {holder.pid} on .*since 20.*wait"
    (tmp_path / "link").symlink_to(tmp_path / "data")
    for path in (tmp_path / "data", tmp_path / "link", Path(os.path.relpath(tmp_path / "data"))):
        with pytest.raises(InUse, match=said):
            take(path)
    assert take(tmp_path / "other")
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert take(tmp_path / "data")
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_a_lock_holds_in_one_process_as_well(tmp_path):
    with locked(tmp_path / "data", "prepare"), pytest.raises(InUse, match="prepare"):
        take(tmp_path / "data")


def test_one_at_a_time_gets_a_lock_that_is_released_all_the_time(tmp_path):
    """The file is removed with each lock: nobody may have the lock of a file that is not there."""
    inside, overlaps, taken = [], [], []

    def take_often():
        for _ in range(200):
            try:
                with locked(tmp_path / "data", "train"):
                    inside.append(1)
                    overlaps.append(len(inside))
                    taken.append(1)
                    inside.pop()
            except InUse:
                pass

    threads = [threading.Thread(target=take_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) > 10
    assert set(overlaps) == {1}


@pytest.fixture
def without_locks(monkeypatch):
    """A file system that knows no locks."""

    def flock(handle, kind):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locks.fcntl, "flock", flock)


@pytest.mark.usefixtures("without_locks")
def test_without_locks_a_file_is_one_and_it_is_said(tmp_path):
    with pytest.warns(UserWarning, match="no locks"), locked(tmp_path / "data", "prepare"):  # noqa: SIM117
        with pytest.raises(InUse, match=f"process {os.getpid()} "):
            take(tmp_path / "data")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("without_locks")
@pytest.mark.filterwarnings("ignore:.*no locks")
@pytest.mark.parametrize(
    ("changes", "age", "stale"),
    [
        ({"process": NOBODY}, 0, True),
        ({"machine": "0" * 8}, 0, False),
        ({"machine": "0" * 8}, 1000, True),
        ({}, 1000, False),
    ],
    ids=["dead", "elsewhere", "elsewhere and silent", "alive"],
)
def test_without_locks_the_file_of_the_dead_counts_for_nothing(tmp_path, changes, age, stale):
    file = tmp_path / ".data.lock"
    locks._sign(file, "prepare")
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    touched = file.stat().st_mtime - age
    os.utime(file, (touched, touched))
    if stale:
        assert take(tmp_path / "data")
    else:
        with pytest.raises(InUse):
            take(tmp_path / "data")
