"""A lock that lets one computation run at a time, with a bounded queue."""

import collections
import contextlib
import threading

from tfaudiogen.app import asking
from tfaudiogen.app.refusals import Busy
from tfaudiogen.models.training_step.batching import between_parts

_SECONDS_BETWEEN_LOOKS = 0.2


class ComputeLock:
    """A first-come, first-served lock with a bounded queue, since models share CPU and memory.

    Requests whose client has disconnected are dropped.

    Args:
        waiting: maximum number of waiting requests.
    """

    def __init__(self, waiting):
        self.waiting = waiting
        self._queue, self._lock = collections.deque(), threading.Lock()

    @contextlib.contextmanager
    def taken(self):
        """Context that holds the lock.

        Raises:
            Busy: the queue is full.
            Gone: the client disconnected while waiting or between two parts of sampling.
        """
        mine = self._stand_in_line()
        try:
            while not mine.wait(_SECONDS_BETWEEN_LOOKS):
                asking.check()
            asking.check()
            with between_parts(asking.check):
                yield
        finally:
            self._leave(mine)

    def _stand_in_line(self):
        """Join the queue; return an event that is set when the lock is the caller's."""
        mine = threading.Event()
        with self._lock:
            if len(self._queue) > self.waiting:
                raise Busy(f"{self.waiting} requests are waiting already: try again in a minute.")
            self._queue.append(mine)
            self._queue[0].set()
        return mine

    def _leave(self, mine):
        with self._lock:
            self._queue.remove(mine)
            if self._queue:
                self._queue[0].set()
