"""Locks that prevent two commands from writing to the same path."""

import contextlib
import datetime
import errno
import hashlib
import json
import os
import socket
import threading
import warnings
from pathlib import Path

from tfaudiogen.disk.temporary import is_alive, started, temporary_beside, this_machine
from tfaudiogen.disk.whole import about
from tfaudiogen.runtime.interruption import uninterrupted

if os.name == "posix":
    import fcntl
else:
    fcntl = None

# Errors of file systems without locks.
_UNKNOWN = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}
_MOST_BYTES = 240
_BEAT, _STALE = 20.0, 300.0  # seconds


class InUse(ValueError):  # noqa: N818 - says what it is
    """Raised if another command is writing to the path."""


@contextlib.contextmanager
@uninterrupted
def locked(path, command):
    """Context that holds an advisory lock on a file or folder to be written.

    It is an operating system lock on the file `.NAME.lock` beside the path, so it is released
    however the process ends. It works between machines if their shared file system supports locks.
    On a file system without locks, the lock is the existence of the file, which is touched every
    20 seconds. It is stale if its process has ended or it was not touched for 5 minutes.

    Args:
        path: the path to write; it need not exist.
        command: name of this command, for the error message of others.

    Raises:
        InUse: another process holds the lock; the message says which.
    """
    file = _place(Path(path).resolve())
    handle = _take(file, path)
    beating = _beat(file) if handle is None else None
    try:
        _sign(file, command)
        yield
    finally:
        _give_up(file, handle, beating)


def _give_up(file, handle, beating):
    if beating:
        beating.set()
    try:
        with contextlib.suppress(OSError):
            file.unlink()  # before the lock is released
    finally:
        if handle is not None:
            os.close(handle)


def _place(path):
    """Return the lock file's path: beside `path`, or in it if its parent is not writable."""
    name = path.name
    if len(os.fsencode(name)) > _MOST_BYTES:
        name = hashlib.sha256(os.fsencode(name)).hexdigest()
    beside = path.with_name(f".{name}.lock")
    if path.is_dir() and not os.access(path.parent, os.W_OK):
        return path / ".lock"
    beside.parent.mkdir(parents=True, exist_ok=True)
    return beside


def _take(file, path):
    """Return the descriptor of the locked file, or None if the file's existence is the lock."""
    new = False
    while fcntl is not None:
        handle, new = _opened(file, path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            if error.errno in _UNKNOWN:
                break
            if not isinstance(error, BlockingIOError):
                raise
            raise InUse(_who(file, path)) from error
        if _is_still(file, handle):
            return handle
        os.close(handle)  # the previous owner has removed this file
    warnings.warn(
        f"{file.parent}: this file system has no locks; a file stands for one. Of commands that "
        "are begun in the same moment two may write to one place.",
        stacklevel=2,
    )
    if not new:
        _claim(file, path)
    return None


def _opened(file, path):
    """Return the descriptor of the lock file, and whether it was created."""
    try:
        with contextlib.suppress(FileExistsError):
            return os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666), True
        return os.open(file, os.O_RDWR | os.O_CREAT, 0o666), False
    except OSError as error:  # for example, the folder is not writable
        raise about(error, path) from error


def _is_still(file, handle):
    # On a network file system, opening queries the server, while `stat` may be cached.
    try:
        again = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        return os.path.samestat(os.fstat(again), os.fstat(handle))
    finally:
        os.close(again)


def _claim(file, path):
    """Creates the lock file, after removing a stale one.

    Raises:
        InUse: the file exists and is not stale.
    """
    if _is_stale(file):
        with contextlib.suppress(FileNotFoundError):
            file.unlink()
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError as error:
        raise InUse(_who(file, path)) from error


def _is_stale(file):
    try:
        touched, said = file.stat().st_mtime, _said(file)
    except FileNotFoundError:
        return False
    if not said:  # empty or unreadable, perhaps just being written
        return _now(file) - touched > _STALE
    alive = is_alive(said["machine"], said["process"], said["start"])
    return not alive and (alive is False or _now(file) - touched > _STALE)


def _now(file):
    """Return the current time of the file system's clock, on a network folder the server's."""
    probe = temporary_beside(file)
    probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink(missing_ok=True)


def _beat(file):
    """Touches a file every 20 seconds in a thread; returns the event that stops it."""
    end = threading.Event()

    def touch():
        while not end.wait(_BEAT):
            with contextlib.suppress(OSError):
                os.utime(file)

    threading.Thread(target=touch, daemon=True).start()
    return end


def _sign(file, command):
    number = os.getpid()
    said = {
        "command": command,
        "host": socket.gethostname(),
        "machine": this_machine(),
        "process": number,
        "start": started(number) or 0,
        "since": datetime.datetime.now().astimezone().isoformat(" ", "seconds"),
    }
    file.write_text(json.dumps(said) + "\n", encoding="utf-8")


def _said(file):
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return said if {"machine", "process", "start"} <= set(said) else None
    except (OSError, ValueError, TypeError):
        return None


def _who(file, path):
    said = _said(file) or {}
    who = f"another `tfaudiogen {said['command']}`" if "command" in said else "another command"
    if "process" in said:
        who += f" (process {said['process']} on {said.get('host')}, since {said.get('since')})"
    return f"{path}: {who} is writing there: wait for its end, or stop it."
