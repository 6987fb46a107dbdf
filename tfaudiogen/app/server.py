"""The server: page and HTTP interface on one port, without external resources."""

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
    """Return the ASGI application: the HTTP interface, sound files, and the page at /.

    Args:
        studio: `Studio`.
        host: the address that the server will listen on.
        token: access token that each request must carry; None for none, on loopback only.

    Raises:
        ValueError: `host` is not loopback and there is no token, or the token is invalid.
    """
    callers = Callers(host, token)
    # Gradio reads both when it is imported.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(studio.uploads.folder)
    optional.modules("app", "the page", "gradio")
    from tfaudiogen.app.page import make_page, mount_page

    # FastAPI's documentation pages load scripts from other servers, so they are off.
    server = FastAPI(title="tfaudiogen", version=__version__, docs_url=None, redoc_url=None)
    server.include_router(api.routes(studio))
    server.include_router(receiving.routes(studio))
    for store in (studio.kept, studio.temporary):
        store.folder.mkdir(parents=True, exist_ok=True)
        server.mount(store.address, StaticFiles(directory=store.folder))
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
