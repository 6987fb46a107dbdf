"""Keeps requests to the same host apart."""

import threading
import time

from tfaudiogen.collect.errors import Cancelled


class Pace:
    """Delays requests so that each host is asked at most so many times per second.

    Args:
        per_second: maximum number of requests per second to one host.
        stop: `threading.Event` that ends all waiting.
    """

    def __init__(self, per_second, stop):
        self._interval, self._stop = 1.0 / per_second, stop
        self._next, self._intervals, self._lock = {}, {}, threading.Lock()

    def slow_down(self, host, interval):
        """Set the minimum interval of a host in seconds, if it is longer than the usual one."""
        with self._lock:
            self._intervals[host] = max(interval, self._interval)

    def hold(self, host, seconds):
        """Send no request to a host for so many seconds."""
        with self._lock:
            self._next[host] = max(self._next.get(host, 0.0), time.monotonic() + seconds)

    def wait(self, host):
        """Wait until the host may be asked.

        Raises:
            Cancelled: the collection is being stopped.
        """
        with self._lock:
            turn = max(self._next.get(host, 0.0), time.monotonic())
            self._next[host] = turn + self._intervals.get(host, self._interval)
        if self._stop.wait(max(0.0, turn - time.monotonic())):
            raise Cancelled
