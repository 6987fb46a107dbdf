"""A fault at each change of the disk in turn: what is there is whole, and the next one tidies."""

import contextlib
import errno
import os
import sys

import numpy as np
import pytest
import soundfile

from tfaudiogen.disk import atomic_file, locked, temporary, whole_folder
from tfaudiogen.io import audio_files

NOBODY = 2**22 + 1
_CHANGES = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.utime")
_fault = None


class Killed(BaseException):
    """Stands for the end of the process: nothing that it still tries has an effect."""


def _look(event, arguments):
    if _fault is not None and event in _CHANGES and (event != "open" or _writes(arguments)):
        _fault.meet(event, arguments)


def _writes(arguments):
    _, mode, flags = arguments
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
    return bool(flags & writing) or (isinstance(mode, str) and bool(set(mode) & set("wax+")))


sys.addaudithook(_look)  # for ever, but idle without a fault


class Fault:
    """What happens at the change number `moment` of those below a folder.

    Args:
        folder: others are left alone.
        moment: from 0.
        error: that is raised there; after `Killed` nothing is changed any more.
    """

    def __init__(self, folder, moment, error):
        self.folder, self.left, self.error, self.met = str(folder), moment, error, False

    def __enter__(self):
        global _fault
        _fault = self
        return self

    def __exit__(self, *error):
        global _fault
        _fault = None

    def meet(self, event, arguments):
        path = arguments[0]
        if not isinstance(path, str | bytes | os.PathLike) or self.folder not in os.fsdecode(path):
            return
        dead = self.met and isinstance(self.error, Killed)
        if dead or self.left == 0:
            self.met, self.left = True, self.left - 1
            raise self.error
        self.left -= 1


def sounds(folder):
    """As `sample` writes: files, then the record of them."""
    for number in range(2):
        audio_files.write_wav(folder / f"{number}.wav", 0.1 * np.ones(100), 8000)
    audio_files.write_text(folder / "sample.json", '{"files": ["0.wav", "1.wav"]}')


def model(folder):
    """As `export` writes: a folder with a file in another folder, under a lock."""
    with locked(folder, "export"), whole_folder(folder) as partial:
        (partial / "variables").mkdir()
        (partial / "variables" / "data").write_text("all")
        (partial / "graph").write_text("all")


def checkpoint(folder):
    """As a training writes: the same file again and again."""
    for step in range(2):
        with atomic_file(folder / "checkpoint.npz", lasting=True) as path, path.open("wb") as file:
            np.savez(file, step=step)


def assert_whole_sounds(folder):
    for path in folder.glob("[!.]*.wav"):
        assert len(soundfile.read(path)[0]) == 100
    if (folder / "sample.json").exists():
        assert len(list(folder.glob("[!.]*.wav"))) == 2


def assert_whole_model(folder):
    if folder.exists():
        assert (folder / "variables" / "data").read_text() == "all"
        assert (folder / "graph").read_text() == "all"


def assert_whole_checkpoint(folder):
    if (folder / "checkpoint.npz").exists():
        with np.load(folder / "checkpoint.npz") as found:
            assert found["step"] in (0, 1)


WRITERS = [
    (sounds, assert_whole_sounds),
    (model, assert_whole_model),
    (checkpoint, assert_whole_checkpoint),
]
FAULTS = [
    Killed(),
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EROFS, "Read-only file system"),
    KeyboardInterrupt(),
]


@pytest.mark.parametrize("error", FAULTS, ids=["killed", "full", "read-only", "Ctrl-C"])
@pytest.mark.parametrize(("write", "assert_whole"), WRITERS, ids=lambda one: one.__name__)
def test_a_fault_at_any_change_of_the_disk(tmp_path, monkeypatch, write, assert_whole, error):
    mark, met = temporary._mark, 0
    for moment in range(100):
        folder = tmp_path / str(moment) / "out"
        folder.parent.mkdir()
        with monkeypatch.context() as patch, Fault(folder.parent, moment, error) as fault:
            # What this process leaves when it is killed must look as what one that is dead has.
            patch.setattr(
                temporary, "_mark", lambda: mark().replace(f"-{os.getpid()}-", f"-{NOBODY}-")
            )
            with contextlib.suppress(type(error)):
                write(folder)
        assert_whole(folder)
        if not fault.met:
            break
        met += 1
        temporary._looked_after.clear()
        if write is not model or not folder.exists():
            write(folder)
        assert_whole(folder)
        temporary.tidy(folder.parent)
        left = [path for path in folder.parent.rglob(".*") if not path.name.endswith(".lock")]
        assert left == [], f"after change {moment}"
    assert 5 <= met < 100
