"""Limits the number of connections and the time until a request is complete."""

import os
from collections import OrderedDict

from uvicorn.protocols.http.h11_impl import H11Protocol

_SECONDS = 15.0
_MOST, _MOST_WAITING = 512, 128


class Connections:
    """The connections of one server.

    A connection without a complete request is waiting, for the rest of a request or for the next
    one. The number of waiting connections is limited: a new one replaces the one that has waited
    longest, so that incomplete requests cannot block the server.

    Args:
        most: maximum number of connections; further ones are closed at once. None to use half of
            the process' open files, at most 512.
        most_waiting: maximum number of waiting connections.
        seconds: maximum time to wait for the headers of a request.
    """

    def __init__(self, most=None, most_waiting=_MOST_WAITING, seconds=_SECONDS):
        self._most, self._most_waiting, self._seconds = most or _room(), most_waiting, seconds
        self._open, self._waiting = set(), OrderedDict()

    def protocol(self, *arguments, **options):
        """Return the `Patient` protocol of a new connection; the `http` setting of uvicorn."""
        return Patient(self, *arguments, **options)

    def opened(self, one):
        """Register a new connection, or close it if there are too many."""
        self._open.add(one)
        if len(self._open) > self._most:
            one.transport.abort()
        else:
            self.wait_for_headers(one)

    def closed(self, one):
        """Unregister a connection."""
        self._open.discard(one)
        self.stop_waiting(one)

    def wait_for_headers(self, one):
        """Mark a connection as waiting for the headers of a request, with a time limit."""
        if one in self._open:
            self._wait(one, one.loop.call_later(self._seconds, self._look, one, one.unsent))

    def wait_for_body(self, one):
        """Mark a connection as waiting for the body of a request; `Body` limits the time."""
        if one in self._open:
            self._wait(one, None)

    def stop_waiting(self, one):
        """Mark a connection as not waiting: its request is complete, or it is closed."""
        look = self._waiting.pop(one, None)
        if look is not None:
            look.cancel()

    def _wait(self, one, look):
        self.stop_waiting(one)
        self._waiting[one] = look
        if len(self._waiting) > self._most_waiting:
            self._drop(next(iter(self._waiting)))

    def _look(self, one, unsent):
        """Close a connection that has waited too long, unless it is still reading a response."""
        if one.unsent < unsent:
            self.wait_for_headers(one)
        else:
            self._drop(one)

    def _drop(self, one):
        self.stop_waiting(one)
        one.transport.abort()


class Patient(H11Protocol):
    """Uvicorn's HTTP/1.1 protocol with the limits of `Connections`.

    Args:
        connections: `Connections`.
        arguments, options: arguments of uvicorn's protocol.
    """

    def __init__(self, connections, *arguments, **options):
        super().__init__(*arguments, **options)
        self._connections, self._answer = connections, self.app
        self.app = self._answered

    @property
    def unsent(self):
        """Bytes of responses that are not yet sent."""
        return self.transport.get_write_buffer_size()

    def connection_made(self, transport):
        """Register the connection."""
        super().connection_made(transport)
        self._connections.opened(self)

    def connection_lost(self, exc):
        """Unregister the connection."""
        self._connections.closed(self)
        super().connection_lost(exc)

    async def _answered(self, scope, receive, send):
        """Handle a request whose headers have arrived."""

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
    """Return a number of connections that uses at most half of this process' open files."""
    if os.name != "posix":
        return _MOST
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _MOST if soft == resource.RLIM_INFINITY else max(16, min(_MOST, soft // 2))
