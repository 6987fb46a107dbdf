"""Converts exceptions to messages for users: one sentence, never a stack trace."""

import logging

from tfaudiogen.app.refusals import Refused
from tfaudiogen.service.errors import BAD_USE, exit_code, one_line

_LOG = logging.getLogger("tfaudiogen.app")
FAULT = "Something went wrong on the server; its log says what."


def sentence(error):
    """Return the message for the user; errors that the user did not cause are logged."""
    if isinstance(error, Refused):
        return str(error)
    if _is_bad_use(error):
        return one_line(error).removeprefix("Error: ")
    _LOG.error("request failed", exc_info=error)
    return FAULT


def status_of(error):
    """Return the HTTP status of an exception."""
    return getattr(error, "status", 400 if _is_bad_use(error) else 500)


def _is_bad_use(error):
    # An OSError would reveal paths of the server, or whether files exist.
    return exit_code(error) == BAD_USE and not isinstance(error, OSError)
