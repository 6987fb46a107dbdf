"""Opens files from elsewhere: regular files only, without blocking."""

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
# Without O_NONBLOCK a named pipe that nobody writes to would never be opened. Some systems lack
# one flag or the other.
_FLAGS = os.O_RDONLY
for _flag in ("O_NONBLOCK", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _flag, 0)


def open_regular(path):
    """Return the binary file object of a regular file, opened for reading.

    Symbolic links are followed. What is opened is looked at once more, so that nothing else can
    take its place in between.

    Raises:
        Unusable: it is a folder, a named pipe, a socket or a device.
        Unreadable: it is not there, or the system refuses it; `Withheld` where that will stay so.
    """
    try:
        # Opening a device may be enough to make it do something.
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
    """Raise what `open_regular` raises, for a file that a library opens by its name."""
    open_regular(path).close()


def unreadable(error):
    """Return the `Unreadable` of an `OSError`."""
    if isinstance(error, PermissionError):
        return Withheld("no permission to read it")
    return Unreadable(f"cannot be read: {error.strerror or error}")


def _check_kind(mode):
    if not stat.S_ISREG(mode):
        kind = next((name for test, name in _KINDS.items() if test(mode)), "something else")
        raise Unusable(f"is {kind}, not a regular file")
