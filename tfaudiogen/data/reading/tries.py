"""Retries of reads whose failure may be temporary, as on a network."""

import time

from tfaudiogen.disk.errors import ReadError, Unreadable, Withheld

# Seconds before the second and the third try.
PAUSES = (1.0, 5.0)


def patiently(name, read):
    """Return what `read` returns; where a file cannot be read, try again after a while.

    Args:
        name: of the file, for the message.
        read: function without arguments.

    Raises:
        ReadError: it could not be read at any try.
        Unusable: what `read` raises of bytes that are no use, and `Withheld`.
    """
    for pause in PAUSES:
        try:
            return read()
        except Unreadable:
            time.sleep(pause)
    try:
        return read()
    except Withheld:
        raise
    except Unreadable as error:
        raise ReadError({name: str(error)}) from error
