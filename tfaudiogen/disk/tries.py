"""Retries reads that may fail temporarily, as on a network."""

import time

from tfaudiogen.disk.errors import ReadError, Unreadable, Withheld

# Seconds before the second and the third attempt.
PAUSES = (1.0, 5.0)


def patiently(name, read):
    """Return `read()`, retrying after a pause if the file cannot be read.

    Args:
        name: name of the file for the message.
        read: function without arguments.

    Raises:
        ReadError: the file could not be read in any attempt.
        Unusable: raised by `read` for unusable content. `Withheld` is passed on too.
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
