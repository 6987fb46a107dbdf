"""Keeps track of the pages that still listen to their events."""

import contextlib
import math
import threading
import time
import urllib.parse

_PATIENCE = 5.0  # seconds between an event and the page's listening, or without it
_FORGOTTEN = 600.0


class Listeners:
    """The open streams of pages, by session, and when each was last heard of."""

    def __init__(self):
        self._open, self._last, self._lock = {}, {}, threading.Lock()

    def expect(self, session):
        """Note that a session has sent an event, and will listen."""
        now = time.monotonic()
        with self._lock:
            self._last[session] = now
            for other in [one for one, last in self._last.items() if now - last > _FORGOTTEN]:
                del self._last[other]

    @contextlib.contextmanager
    def open(self, scope):
        """Context in which the session of a request listens."""
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
        """Return whether nobody of a session that has sent an event listens any more."""
        with self._lock:
            last = self._last.get(session, math.inf)
            return session not in self._open and time.monotonic() - last > _PATIENCE
