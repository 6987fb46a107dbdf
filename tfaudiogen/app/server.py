"""The server: page and interface on one port, nothing loaded from elsewhere."""

import os

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from tfaudiogen import __version__
from tfaudiogen.app import api, receiving
from tfaudiogen.app.errors import sentence, status_of
from tfaudiogen.app.gate import Gate
from tfaudiogen.app.gate.callers import Callers
from tfaudiogen.runtime import optional


def make_server(studio, host="127.0.0.1", token=None):
    """Return the ASGI application of a studio: the interface, the sounds, and the page at /.

    Args:
        studio: `Studio`.
        host: the address that it will listen on.
        token: what must be given with each request; None for nothing, on loopback alone.

    Raises:
        ValueError: other machines would be let in without a token, or it is no token.
    """
    callers = Callers(host, token)
    # Both are read when Gradio is imported.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(studio.uploads.folder)
    optional.modules("app", "the page", "gradio")
    from tfaudiogen.app.page import make_page, mount_page

    # The pages that FastAPI makes of its interface load scripts from elsewhere.
    server = FastAPI(title="tfaudiogen", version=__version__, docs_url=None, redoc_url=None)
    server.include_router(api.routes(studio))
    server.include_router(receiving.routes(studio))
    for shelf in (studio.kept, studio.temporary):
        shelf.folder.mkdir(parents=True, exist_ok=True)
        server.mount(shelf.address, StaticFiles(directory=shelf.folder))
    server.add_exception_handler(RequestValidationError, _bad_request)
    server.add_exception_handler(ValueError, _failed)
    page = make_page(studio)
    return Gate(mount_page(server, studio, page), studio, callers, frozenset(page.fns))


def _failed(request: Request, error: ValueError):
    return JSONResponse({"error": sentence(error)}, status_of(error))


def _bad_request(request: Request, error: RequestValidationError):
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return JSONResponse({"error": f"{where}: {first['msg']}."}, 400)
