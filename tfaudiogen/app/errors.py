"""From an exception to what a user is told: one sentence, never a stack trace."""

import logging

from tfaudiogen.app.limits import Refused
from tfaudiogen.cli.errors import BAD_USE, exit_code, one_line

_LOG = logging.getLogger("tfaudiogen.app")
_FAULT = "Something went wrong on the server; its log says what."


def sentence(error):
    """Return what to tell the user; what is not the user's doing goes to the log."""
    if isinstance(error, Refused):
        return str(error)
    if exit_code(error) == BAD_USE:
        return one_line(error).removeprefix("Error: ")
    _LOG.error("request failed", exc_info=error)
    return _FAULT
