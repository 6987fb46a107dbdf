"""ASGI middleware that checks every request before the page or the HTTP interface.

`Gate` checks the client (`callers`), the route (`routes`), size and speed of the body (`body`) and
the files that it names (`events`), and sends errors (`answer`). Below HTTP, `connections` limits
the number of connections and their idle time.
"""

import contextlib

from tfaudiogen.app.gate import events
from tfaudiogen.app.gate.answer import Answer
from tfaudiogen.app.gate.body import Body
from tfaudiogen.app.gate.routes import find


class Gate:
    """ASGI application that forwards allowed requests to another one and refuses the rest.

    Args:
        app: the wrapped ASGI application.
        studio: `Studio`.
        callers: the `Callers` that decide on access.
        numbers: numbers of the page's events (Gradio's `fn_index`).
    """

    def __init__(self, app, studio, callers, numbers):
        self._app, self._studio, self._callers, self._numbers = app, studio, callers, numbers

    async def __call__(self, scope, receive, send):
        """Handle a request; lifespan events are forwarded."""
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
