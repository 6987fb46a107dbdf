"""A text stream that limits the rate of repeated log lines."""

import contextlib
import io
import re
import sys
import threading
import time

_PERIOD = 60.0
_MOST_KINDS = 500
_LONGEST = 2000  # characters of a line
# Lines that differ only in numbers are of one kind.
_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")


class RatedLog(io.TextIOBase):
    """A text stream that forwards one line of each kind per period to another stream.

    The number of lines left out is written with the first line of the next period.

    Args:
        stream: the target stream.
        period: seconds.
        most_kinds: maximum number of kinds shown per period.
        clock: function that returns the time in seconds.
    """

    def __init__(self, stream, period=_PERIOD, most_kinds=_MOST_KINDS, clock=time.monotonic):
        self._stream, self._period, self._most, self._clock = stream, period, most_kinds, clock
        self._lock, self._begin, self._rest = threading.RLock(), clock(), ""
        self._seen, self._left_out = set(), 0

    @property
    def encoding(self):
        """The encoding of the target stream."""
        return self._stream.encoding

    @property
    def errors(self):
        """The error handler of the target stream's encoding."""
        return self._stream.errors

    def isatty(self):
        """Return whether the target stream is a terminal."""
        return self._stream.isatty()

    def write(self, text):
        """Write the complete lines of a text; an incomplete line is buffered."""
        with self._lock:
            *lines, rest = (self._rest + text).split("\n")
            self._rest = rest[:_LONGEST]
            for line in lines:
                self._show(line)
            self._stream.flush()
        return len(text)

    def end(self):
        """Write the buffered line and the number of lines left out."""
        with self._lock:
            if self._rest:
                self.write("\n")
            self._end_period()

    def _show(self, line):
        if self._clock() - self._begin > self._period:
            self._end_period()
        kind = _NUMBERS.sub("#", line)
        if kind in self._seen or len(self._seen) == self._most:
            self._left_out += 1
        else:
            self._seen.add(kind)
            self._stream.write(f"{line[:_LONGEST]}\n")

    def _end_period(self):
        if self._left_out:
            self._stream.write(f"({self._left_out} further lines of these kinds are left out.)\n")
        self._begin, self._left_out = self._clock(), 0
        self._seen.clear()


@contextlib.contextmanager
def rated_stderr():
    """Context in which stderr is rate-limited by a `RatedLog`."""
    log = RatedLog(sys.stderr)
    with contextlib.redirect_stderr(log):
        try:
            yield
        finally:
            log.end()
