"""Limits on connections: their number, and the time until a request is complete."""

import os
from collections import OrderedDict

from uvicorn.protocols.http.h11_impl import H11Protocol

_SECONDS = 15.0
_MOST, _MOST_WAITING = 512, 128


class Connections:
    """The connections of one server.

    Those without a whole request wait: for the rest of one, or for the next one. There is room for
    a few of these, and whoever has waited longest makes room for new ones, so that half requests
    keep nobody out.

    Args:
        most: how many there may be; beyond them new ones are closed at once.
        most_waiting: how many of them may wait.
        seconds: how long one may wait for the headers of a request.
    """

    def __init__(self, most=None, most_waiting=_MOST_WAITING, seconds=_SECONDS):
        self._most, self._most_waiting, self._seconds = most or _room(), most_waiting, seconds
        self._open, self._waiting = set(), OrderedDict()

    def protocol(self, *arguments, **options):
        """Return the `Patient` protocol of a new connection, in the manner of Uvicorn's."""
        return Patient(self, *arguments, **options)

    def opened(self, one):
        """Take in a new connection."""
        self._open.add(one)
        if len(self._open) > self._most:
            one.transport.abort()
        else:
            self.wait_for_headers(one)

    def closed(self, one):
        """Forget a connection."""
        self._open.discard(one)
        self.stop_waiting(one)

    def wait_for_headers(self, one):
        """Let a connection wait for the headers of a request."""
        if one in self._open:
            self._wait(one, one.loop.call_later(self._seconds, self._look, one, one.unsent))

    def wait_for_body(self, one):
        """Let a connection wait for the body of a request, which `Body` bounds in time."""
        if one in self._open:
            self._wait(one, None)

    def stop_waiting(self, one):
        """Note that a connection has brought a whole request, or is closed."""
        look = self._waiting.pop(one, None)
        if look is not None:
            look.cancel()

    def _wait(self, one, look):
        self.stop_waiting(one)
        self._waiting[one] = look
        if len(self._waiting) > self._most_waiting:
            self._drop(next(iter(self._waiting)))

    def _look(self, one, unsent):
        """Close a connection that has waited too long, unless it still takes its last answer."""
        if one.unsent < unsent:
            self.wait_for_headers(one)
        else:
            self._drop(one)

    def _drop(self, one):
        self.stop_waiting(one)
        one.transport.abort()


class Patient(H11Protocol):
    """Uvicorn's HTTP/1.1 on a connection that is counted, and not waited for without end.

    Args:
        connections: `Connections`.
        arguments, options: of Uvicorn.
    """

    def __init__(self, connections, *arguments, **options):
        super().__init__(*arguments, **options)
        self._connections, self._answer = connections, self.app
        self.app = self._answered

    @property
    def unsent(self):
        """Bytes of answers that the client has not taken."""
        return self.transport.get_write_buffer_size()

    def connection_made(self, transport):
        """Begin as Uvicorn does, and be counted."""
        super().connection_made(transport)
        self._connections.opened(self)

    def connection_lost(self, exc):
        """End as Uvicorn does."""
        self._connections.closed(self)
        super().connection_lost(exc)

    async def _answered(self, scope, receive, send):
        """Answer a request, of which the headers are there."""

        async def received():
            message = await receive()
            if not message.get("more_body", False):
                self._connections.stop_waiting(self)
            return message

        if _has_body(scope):
            self._connections.wait_for_body(self)
        else:
            self._connections.stop_waiting(self)
        try:
            await self._answer(scope, received, send)
        finally:
            self._connections.wait_for_headers(self)


def _has_body(scope):
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"


def _room():
    """Return how many connections leave half of this process' files to everything else."""
    if os.name != "posix":
        return _MOST
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if soft == resource.RLIM_INFINITY else max(16, min(_MOST, soft // 2))
