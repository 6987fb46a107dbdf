"""Downloads one file, with attempts that continue where the last one ended."""

import random
import re
import time

from tfaudiogen.collect.contents import check_type
from tfaudiogen.collect.errors import Cancelled, Refused, Temporary

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_UNSATISFIED = re.compile(r"bytes \*/(\d+)")
_PARTIAL_CONTENT, _NOT_SATISFIABLE = 206, 416


class Downloader:
    """Downloads files to their `Partial`s.

    Args:
        web: `Web`.
        count: function that is called with the number of bytes of each block received.
    """

    def __init__(self, web, count=lambda number: None):
        self._web, self._limits, self._count = web, web.limits, count

    def fetch(self, url, partial, kind, robots=True):
        """Download an address into a `Partial`, completely.

        Args:
            url: http or https address.
            partial: `Partial`; what it holds of the same version of the file is not sent again.
            kind: "audio" or "image".
            robots: whether to obey robots.txt.

        Raises:
            Refused: the file is not available, too large, too slow, or of another kind.
            Cancelled: the collection is being stopped.
        """
        end = time.monotonic() + self._limits.seconds
        for attempt in range(self._limits.attempts):
            try:
                return self._attempt(url, partial, kind, robots, end)
            except Temporary as error:
                failure = error
            if attempt + 1 < self._limits.attempts:
                self._pause(failure, attempt, end)
        raise Refused(f"{failure} (after {self._limits.attempts} attempts)") from failure

    def _pause(self, failure, attempt, end):
        pause = self._limits.backoff * 2**attempt * random.uniform(0.75, 1.25)
        if failure.wait is not None:
            pause = failure.wait
        if pause > self._limits.longest_wait or time.monotonic() + pause > end:
            raise Refused(f"{failure}; the next attempt would be too late: run it again later")
        if self._web.stop.wait(pause):
            raise Cancelled

    def _attempt(self, url, partial, kind, robots, end):
        validator = partial.validator(url)
        if not validator:
            partial.remove()
        headers = {"Range": f"bytes={partial.size}-", "If-Range": validator} if validator else {}
        with self._web.get(url, headers, robots) as response:
            if response.status_code == _NOT_SATISFIABLE:
                return _accept_whole(response, partial)
            check_type(response.headers.get("Content-Type", ""), kind)
            if response.headers.get("Content-Encoding", "identity") != "identity":
                raise Refused("is sent compressed, although this was not asked for")
            self._receive(response, url, partial, end)
        return None

    def _receive(self, response, url, partial, end):
        start, total = _extent(response, partial)
        self._check_size(total or 0, partial)
        if not start:
            partial.note(url, response)
        with open(partial.path, "ab" if start else "wb") as file:
            size = start
            for block in response.iter_raw():
                size += file.write(block)
                self._count(len(block))
                self._check_size(size, partial)
                self._check_time(end)
        if total is not None and size != total:
            raise Temporary(f"{size} of {total} bytes came")

    def _check_size(self, size, partial):
        if size > self._limits.most_bytes:
            partial.remove()
            raise Refused(f"is larger than the limit of {self._limits.most_bytes} bytes")

    def _check_time(self, end):
        if self._web.stop.is_set():
            raise Cancelled
        if time.monotonic() > end:
            raise Refused(
                f"took longer than the limit of {self._limits.seconds:g} s; what came is kept for "
                "the next run"
            )


def _extent(response, partial):
    """Return the position of the response's first byte, and the size of the file, perhaps None."""
    if response.status_code != _PARTIAL_CONTENT:
        length = response.headers.get("Content-Length", "")
        return 0, int(length) if length.isdigit() else None
    found = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if not found or int(found[1]) != partial.size:
        partial.remove()
        raise Temporary("the server sent another part of the file than the one asked for")
    return partial.size, None if found[3] == "*" else int(found[3])


def _accept_whole(response, partial):
    """Accept a file that was complete already, for the server has no byte after its end."""
    found = _UNSATISFIED.fullmatch(response.headers.get("Content-Range", ""))
    if not found or int(found[1]) != partial.size or not partial.size:
        partial.remove()
        raise Temporary("the server has no such part of the file")
