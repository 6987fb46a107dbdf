"""Limits request bodies: maximum size by route, and minimum rate."""

import asyncio
import contextlib
import time

from tfaudiogen.app.refusals import Gone, TooLarge, TooSlow

# Time limit of a body: _PATIENCE seconds, and one more for every _SLOWEST bytes.
_PATIENCE, _SLOWEST = 20.0, 2000.0
# After a refusal the rest of the body is discarded for this many seconds, since the client may
# read the response only after sending.
_DRAINED = 5.0


class Body:
    """The body of a request; `receive` is the ASGI function for the application.

    Args:
        receive: ASGI `receive` of the server.
    """

    def __init__(self, receive):
        self._receive, self._most, self._arriving = receive, 0, None
        self._began, self._size = time.monotonic(), 0
        self._kept, self.ended = None, False

    def bound(self, scope, most, arriving):
        """Set the size limit.

        Args:
            scope: ASGI scope of the request.
            most: maximum number of bytes.
            arriving: function to call with the number of bytes of each part.

        Raises:
            TooLarge: the content-length header exceeds `most`.
        """
        self._most, self._arriving = most, arriving
        if _said(scope) > most:
            raise self._too_large()

    async def receive(self):
        """Return the next ASGI message: a part of the body, or a disconnect after its end.

        Raises:
            TooLarge, TooSlow, Gone: the body is too large, too slow, or the client disconnected
                before its end.
        """
        if self._kept is not None:
            content, self._kept = self._kept, None
            return {"type": "http.request", "body": content, "more_body": False}
        if self.ended:
            return await self._receive()
        message = await self._in_time()
        if message["type"] == "http.disconnect" and self._most:
            raise Gone("the client hung up before it had sent all.")
        self._count(message)
        return message

    async def whole(self):
        """Return the whole body as bytes."""
        parts = []
        while not self.ended:
            parts.append((await self.receive()).get("body", b""))
        return b"".join(parts)

    def replace(self, content):
        """Replace the body that the application receives."""
        self._kept = content

    async def drain(self):
        """Receive and discard the rest of the body, for at most five seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_DRAINED):
                while not self.ended:
                    message = await self._receive()
                    self.ended = not message.get("more_body", False)

    async def _in_time(self):
        end = self._began + _PATIENCE + self._size / _SLOWEST
        try:
            async with asyncio.timeout(max(0.0, end - time.monotonic())):
                return await self._receive()
        except TimeoutError as error:
            raise TooSlow("the body of the request came too slowly: send it again.") from error

    def _count(self, message):
        size = len(message.get("body", b""))
        self._size += size
        self.ended = not message.get("more_body", False)
        if self._size > self._most:
            raise self._too_large()
        self._arriving(size)

    def _too_large(self):
        return TooLarge(f"at most {_in_words(self._most)} are taken.")


def _said(scope):
    """Return the content length in the header; 0 if there is none."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def _in_words(size):
    return f"{size / 1e6:g} MB" if size >= 1e6 else f"{size} bytes"
