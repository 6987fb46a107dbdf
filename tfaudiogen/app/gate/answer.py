"""Adds response headers, and sends all errors as {"error": a sentence}."""

import asyncio
import http
import json

from tfaudiogen.app.errors import FAULT, sentence, status_of
from tfaudiogen.app.gate.headers import ADDED
from tfaudiogen.app.refusals import Gone

_SECONDS = 60.0  # timeout for the client to accept a part of a response
_LONGEST = 65536  # maximum bytes of an application's error message that are read
_RETRY = (b"retry-after", b"30")
_CLOSE = (b"connection", b"close")
_TOKEN = (b"www-authenticate", b"Bearer")
_WELCOME = (
    b'<!doctype html><meta charset="utf-8"><title>tfaudiogen</title>'
    b'<meta http-equiv="refresh" content="0;url=/">'
)


class Answer:
    """The response to one request.

    Args:
        send: ASGI `send` of the server.
        body: `Body` of the request.
    """

    def __init__(self, send, body):
        self._send, self._body = send, body
        self._started, self._error, self._text = False, None, b""

    async def send(self, message):
        """ASGI `send` for the application; error responses are converted to our format."""
        if message["type"] == "http.response.start":
            if message["status"] >= 400:
                self._error = message["status"]
            else:
                await self._start(message["status"], message.get("headers", []))
        elif self._error is None:
            await self._in_time(message)
        else:
            self._text += message.get("body", b"")[:_LONGEST]
            if not message.get("more_body", False):
                await self._fail(self._error, _said(self._error, self._text))

    async def refuse(self, error):
        """Send the message of an exception; a response that has begun is cut off."""
        said = sentence(error)
        if not self._started:
            await self._fail(status_of(error), said)

    async def welcome(self, cookie):
        """Send a cookie and a page that reloads the address.

        An HTTP redirect would not work: coming from another site, the browser would not send a
        SameSite=Strict cookie with it.
        """
        headers = [(b"content-type", b"text/html"), (b"set-cookie", cookie.encode())]
        await self._start(200, [*headers, (b"cache-control", b"no-store")])
        await self._in_time({"type": "http.response.body", "body": _WELCOME})

    async def _fail(self, status, sentence):
        status = 400 if status == 422 else status
        content = json.dumps({"error": sentence}).encode()
        headers = [(b"content-type", b"application/json")]
        headers += [(b"content-length", str(len(content)).encode())]
        headers += {503: [_RETRY], 401: [_TOKEN]}.get(status, [])
        headers += [] if self._body.ended else [_CLOSE]
        await self._start(status, headers)
        await self._in_time({"type": "http.response.body", "body": content, "more_body": True})
        await self._body.drain()
        await self._in_time({"type": "http.response.body", "body": b""})

    async def _start(self, status, headers):
        self._started = True
        start = {"type": "http.response.start", "status": status}
        await self._in_time({**start, "headers": [*headers, *ADDED]})

    async def _in_time(self, message):
        try:
            async with asyncio.timeout(_SECONDS):
                await self._send(message)
        except TimeoutError as error:
            raise Gone("the client does not take its answer.") from error


def _said(status, text):
    """Return the message of an error response of a framework."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    said = [found.get(key) for key in ("error", "detail")] if isinstance(found, dict) else []
    return next((one for one in said if isinstance(one, str)), _phrase(status))


def _phrase(status):
    if status == 500:
        return FAULT
    return next((one.phrase for one in http.HTTPStatus if one == status), f"error {status}")
