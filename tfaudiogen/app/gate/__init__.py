"""ASGI middleware that every request passes before the page or the interface sees it.

`Gate` is the one ASGI layer in front: who asks (`callers`), for what (`routes`), with how large and
how slow a body (`body`), naming which files (`events`), and how it is refused (`answer`).
`connections` is below HTTP: how many there are, and how long one may say nothing.
"""

import contextlib

from tfaudiogen.app.gate import events
from tfaudiogen.app.gate.answer import Answer
from tfaudiogen.app.gate.body import Body
from tfaudiogen.app.gate.routes import find


class Gate:
    """ASGI application that passes on to another one what is allowed, and refuses the rest.

    Args:
        app: the application behind it.
        studio: `Studio`.
        callers: `Callers`, who may ask.
        numbers: of the events of the page.
    """

    def __init__(self, app, studio, callers, numbers):
        self._app, self._studio, self._callers, self._numbers = app, studio, callers, numbers

    async def __call__(self, scope, receive, send):
        """Answer a request; start and stop with the application behind."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:  # the page needs no WebSocket
            await send({"type": "websocket.close", "code": 1008})

    async def _answer(self, scope, receive, send):
        body = Body(receive)
        answer = Answer(send, body)
        try:
            self._callers.check(scope)
            if cookie := self._callers.new_cookie(scope):
                await answer.welcome(cookie)
            else:
                await self._pass_on(scope, body, answer)
        except Exception as error:
            await answer.refuse(error)

    async def _pass_on(self, scope, body, answer):
        route = find(scope["method"], scope["path"])
        with self._studio.uploads.arriving() as arriving:
            body.bound(scope, route.most(self._studio.limits), arriving)
            if route.is_small:
                body.replace(self._checked(route, await body.whole()))
            listening = self._studio.listeners.open(scope) if route.is_stream else None
            with listening or contextlib.nullcontext():
                await self._app(scope, body.receive, answer.send)

    def _checked(self, route, content):
        return events.checked(content, self._studio, self._numbers) if route.is_event else content
