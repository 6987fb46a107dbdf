"""Temporary files and folders named after their process, so that leftovers can be removed."""

import contextlib
import functools
import hashlib
import os
import re
import secrets
import shutil
import socket
import tempfile
import time
from pathlib import Path

from tfaudiogen.runtime.interruption import uninterrupted

_MARK = re.compile(r"partial-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{8}")
_OURS = "tfaudiogen"
# A name has at most 255 bytes, and a character up to four of them.
_MOST_CHARACTERS, _LONGEST_SUFFIX = 40, 8
_ABANDONED_SECONDS = 86400.0
_looked_after = set()


def temporary_beside(path):
    """Return an unused name beside a path; what dead processes left there of its kind is removed.

    Args:
        path: of the file or folder that is to have this content, in a folder that is there.
    """
    path = Path(path)
    tidy(path.parent)
    # Some writers tell the format by the suffix.
    suffix = path.suffix if len(path.suffix) <= _LONGEST_SUFFIX else ""
    return path.parent / f".{path.name[:_MOST_CHARACTERS]}.{_mark()}{suffix}"


@contextlib.contextmanager
@uninterrupted
def temporary_folder(parent=None):
    """Context that gives a new folder, which is removed at the end.

    Args:
        parent: where to make it; None for where the system keeps what is temporary.
    """
    folder = temporary_beside(Path(parent or tempfile.gettempdir()) / _OURS)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
@uninterrupted
def own_temporary_folder():
    """Context in which all that this process makes for a time, also in other libraries, goes.

    What a process that is killed leaves is so removed by the next one.
    """
    before = tempfile.tempdir
    with temporary_folder() as folder:
        tempfile.tempdir = str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before


def tidy(folder):
    """Remove what processes that are dead have left in a folder; each process looks once."""
    folder = os.path.abspath(folder)
    if folder in _looked_after:
        return
    _looked_after.add(folder)
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            if entry.name.startswith(".") and _is_abandoned(entry):
                remove(entry.path)


@uninterrupted
def remove(path):
    """Remove a file or a folder, as far as that is possible."""
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def is_alive(machine, process, start):
    """Return whether a process of this machine runs; None if it is of another one.

    Args:
        machine: of `this_machine`.
        process, start: its number, and when it began, as of `started`.
    """
    return None if machine != this_machine() else started(int(process)) == int(start)


@functools.cache
def this_machine():
    """Return eight digits that tell apart machines, containers, and what ran before a restart."""
    told = [socket.gethostname()]
    with contextlib.suppress(OSError):  # of Linux
        told.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        told.append(str(os.stat("/proc/self/ns/pid").st_ino))
    return hashlib.sha256("\n".join(told).encode("utf-8", "replace")).hexdigest()[:8]


def started(process):
    """Return when a process began, in a unit of the system's; None if there is none.

    A number alone would tell little: another process has it sooner or later.
    """
    try:
        # After the name in parentheses, which may hold anything, the twentieth value.
        with open(f"/proc/{process}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[19])
    except FileNotFoundError:
        return None if os.path.exists("/proc/self/stat") else _started_elsewhere(process)
    except (OSError, IndexError):
        return None


def _started_elsewhere(process):
    import psutil

    try:
        return int(psutil.Process(process).create_time())
    except psutil.Error:
        return None


def _mark():
    number = os.getpid()
    return f"partial-{this_machine()}-{number}-{started(number) or 0}-{secrets.token_hex(4)}"


def _is_abandoned(entry):
    found = _MARK.search(entry.name)
    if not found:
        return False
    alive = is_alive(*found.groups())
    # Whether a process of another machine is alive cannot be known, but it would have written.
    return _is_old(entry) if alive is None else not alive


def _is_old(entry):
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > _ABANDONED_SECONDS
