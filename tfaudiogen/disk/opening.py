"""Opens untrusted files: regular files only, without blocking."""

import os
import stat

from tfaudiogen.disk.errors import Unreadable, Unusable, Withheld

_KINDS = {
    stat.S_ISDIR: "a folder",
    stat.S_ISFIFO: "a named pipe",
    stat.S_ISSOCK: "a socket",
    stat.S_ISCHR: "a device",
    stat.S_ISBLK: "a device",
}
# Without O_NONBLOCK, opening a named pipe without a writer would block. Some systems lack some of
# the flags.
_FLAGS = os.O_RDONLY
for _flag in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _flag, 0)


def open_regular(path):
    """Opens a regular file for reading and returns the binary file object.

    Symbolic links are followed. The type is checked again after opening, in case the file was
    replaced in between.

    Raises:
        Unusable: the path is a folder, a named pipe, a socket or a device.
        Unreadable: the file is missing or cannot be opened; `Withheld` if a retry will hardly help.
    """
    try:
        # Check before opening, since opening a device can have side effects.
        _check_kind(os.stat(path).st_mode)
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        if os.path.islink(path) and not os.path.exists(path):
            raise Withheld("a link to something that is not there") from error
        raise unreadable(error) from error
    try:
        _check_kind(os.fstat(descriptor).st_mode)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def check_regular(path):
    """Raises the errors of `open_regular`, for a file that a library opens by name."""
    open_regular(path).close()


def unreadable(error):
    """Converts an `OSError` to an `Unreadable`."""
    if isinstance(error, PermissionError):
        return Withheld("no permission to read it")
    return Unreadable(f"cannot be read: {error.strerror or error}")


def _check_kind(mode):
    if not stat.S_ISREG(mode):
        kind = next((name for test, name in _KINDS.items() if test(mode)), "something else")
        raise Unusable(f"is {kind}, not a regular file")
