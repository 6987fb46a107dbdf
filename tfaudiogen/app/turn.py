"""One thing at a time on the processor, and a bound on how many wait for it."""

import contextlib
import threading

from tfaudiogen.app.limits import Busy


class Turn:
    """A lock with a bounded queue: models share processor and memory, requests come at will.

    Args:
        waiting: how many may wait.
    """

    def __init__(self, waiting):
        self._lock, self._places = threading.Lock(), threading.BoundedSemaphore(waiting + 1)
        self.waiting = waiting

    @contextlib.contextmanager
    def taken(self):
        """Context in which nobody else has the turn.

        Raises:
            Busy: as many as may wait do so already.
        """
        if not self._places.acquire(blocking=False):
            raise Busy(f"{self.waiting} requests are waiting already: try again in a minute.")
        try:
            with self._lock:
                yield
        finally:
            self._places.release()
