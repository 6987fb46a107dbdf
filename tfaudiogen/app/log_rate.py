"""A log handler that writes repeated messages once in a while."""

import contextlib
import io
import re
import sys
import threading
import time

_PERIOD = 60.0
_MOST_KINDS = 500
_LONGEST = 2000  # characters of a line
# Lines are of one kind when they differ by numbers alone.
_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")


class RatedLog(io.TextIOBase):
    """A text stream in front of another one that shows a line of each kind once in a period.

    How many lines were left out is said with the first one of the next period.

    Args:
        stream: where the lines go.
        period: seconds.
        most_kinds: that are shown in a period.
        clock: function that gives the time in seconds.
    """

    def __init__(self, stream, period=_PERIOD, most_kinds=_MOST_KINDS, clock=time.monotonic):
        self._stream, self._period, self._most, self._clock = stream, period, most_kinds, clock
        self._lock, self._begin, self._rest = threading.RLock(), clock(), ""
        self._seen, self._left_out = set(), 0

    @property
    def encoding(self):
        """The encoding of the stream behind."""
        return self._stream.encoding

    @property
    def errors(self):
        """What the stream behind does with what it cannot encode."""
        return self._stream.errors

    def isatty(self):
        """Return whether the stream behind is a terminal."""
        return self._stream.isatty()

    def write(self, text):
        """Show the lines of a text; what has no end of line waits for it."""
        with self._lock:
            *lines, rest = (self._rest + text).split("\n")
            self._rest = rest[:_LONGEST]
            for line in lines:
                self._show(line)
            self._stream.flush()
        return len(text)

    def end(self):
        """Show what waits for an end of line, and how many lines were left out."""
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
    """Context in which what is written to the error stream passes a `RatedLog`."""
    log = RatedLog(sys.stderr)
    with contextlib.redirect_stderr(log):
        try:
            yield
        finally:
            log.end()
