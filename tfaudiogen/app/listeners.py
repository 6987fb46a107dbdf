"""Tracks which open pages still listen for the results of their events."""

import contextlib
import math
import threading
import time
import urllib.parse

_PATIENCE = 5.0  # seconds without a stream after which a page counts as closed
_FORGOTTEN = 600.0


class Listeners:
    """The open event streams of pages by `session_hash`, and when each was last active."""

    def __init__(self):
        self._open, self._last, self._lock = {}, {}, threading.Lock()

    def expect(self, session):
        """Record that a page has sent an event and is about to open a stream."""
        now = time.monotonic()
        with self._lock:
            self._last[session] = now
            for other in [one for one, last in self._last.items() if now - last > _FORGOTTEN]:
                del self._last[other]

    @contextlib.contextmanager
    def open(self, scope):
        """Context of a request in which its page has an open stream."""
        query = urllib.parse.parse_qs(scope["query_string"].decode("latin-1"))
        session = query.get("session_hash", [""])[0]
        with self._lock:
            self._open[session] = self._open.get(session, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                self._open[session] -= 1
                if not self._open[session]:
                    del self._open[session]
            self.expect(session)

    def gone(self, session):
        """Return whether a page that has sent an event has been closed."""
        with self._lock:
            last = self._last.get(session, math.inf)
            return session not in self._open and time.monotonic() - last > _PATIENCE
