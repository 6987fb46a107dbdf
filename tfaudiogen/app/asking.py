"""Checks that the client of a long request is still connected."""

import contextlib
import contextvars

from tfaudiogen.app.refusals import Gone

_gone = contextvars.ContextVar("gone", default=None)


@contextlib.contextmanager
def asked_by(gone):
    """Context in which `check` calls `gone()` to find out whether the client disconnected."""
    before = _gone.set(gone)
    try:
        yield
    finally:
        _gone.reset(before)


def check():
    """Raise Gone if the client of the current work has disconnected."""
    gone = _gone.get()
    if gone is not None and gone():
        raise Gone("whoever asked has hung up.")
