"""Temporary files and folders named after their process, so leftovers can be identified."""

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
# A file name has at most 255 bytes, and a character has up to four bytes.
_MOST_CHARACTERS, _LONGEST_SUFFIX = 40, 8
_ABANDONED_SECONDS = 86400.0
_looked_after = set()


def temporary_beside(path):
    """Return an unused temporary path in the folder of `path`.

    Temporary files of dead processes in this folder are removed.

    Args:
        path: final path of the file or folder; its parent must exist.
    """
    path = Path(path)
    tidy(path.parent)
    # Some writers infer the format from the suffix.
    suffix = path.suffix if len(path.suffix) <= _LONGEST_SUFFIX else ""
    return path.parent / f".{path.name[:_MOST_CHARACTERS]}.{_mark()}{suffix}"


@contextlib.contextmanager
@uninterrupted
def temporary_folder(parent=None):
    """Context that yields a new folder and removes it on exit.

    Args:
        parent: folder to create it in; None for the system's temporary folder.
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
    """Context in which all temporary files of this process and its libraries are in one folder.

    The folder is removed on exit or, if the process is killed, by the next process.
    """
    before = tempfile.tempdir
    with temporary_folder() as folder:
        tempfile.tempdir = str(folder)
        try:
            yield folder
        finally:
            tempfile.tempdir = before


def tidy(folder):
    """Removes temporary files of dead processes from a folder, once per process and folder."""
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
    """Removes a file or folder, ignoring errors."""
    path = Path(path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def is_alive(machine, process, start):
    """Return whether a process is running; None if it belongs to another machine.

    Args:
        machine: identifier of its machine, from `this_machine`.
        process, start: its process ID, and its start time from `started`.
    """
    return None if machine != this_machine() else started(int(process)) == int(start)


@functools.cache
def this_machine():
    """Return an 8-digit identifier of the machine, container and boot."""
    parts = [socket.gethostname()]
    with contextlib.suppress(OSError):  # Linux only
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        parts.append(str(os.stat("/proc/self/ns/pid").st_ino))
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:8]


def started(process):
    """Return the start time of a process, in system-dependent units; None if it is not running.

    It identifies a process together with its ID, since process IDs are reused.
    """
    try:
        # The 20th value after the name in parentheses, which may contain any character.
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
    # The state of another machine's process is unknown; if alive, it would have written recently.
    return _is_old(entry) if alive is None else not alive


def _is_old(entry):
    return time.time() - entry.stat(follow_symlinks=False).st_mtime > _ABANDONED_SECONDS
