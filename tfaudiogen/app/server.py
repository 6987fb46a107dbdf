"""The server: page and interface on one port, nothing loaded from elsewhere."""

import os

from fastapi import FastAPI, Request
from fastapi.exceptions import HTTPException, RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.trustedhost import TrustedHostMiddleware

from tfaudiogen import __version__
from tfaudiogen.app import api
from tfaudiogen.app.errors import sentence
from tfaudiogen.app.headers import Headers
from tfaudiogen.app.limits import Busy, Refused, Unknown

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_STATUS = {Busy: 503, Unknown: 404, Refused: 400}


def make_server(studio, host="127.0.0.1"):
    """Return the FastAPI application of a studio: the interface, the sounds, and the page at /.

    Args:
        studio: `Studio`.
        host: the address that it will listen on.
    """
    # Both are read when Gradio is imported or first used.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(studio.temporary_folder / "uploads")
    from tfaudiogen.app.page import mount_page

    # The pages that FastAPI makes of its interface load scripts from elsewhere.
    server = FastAPI(title="tfaudiogen", version=__version__, docs_url=None, redoc_url=None)
    server.add_middleware(Headers)
    if host in _LOOPBACK:
        # A page elsewhere whose name is made to lead to this machine is not let in.
        server.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_LOOPBACK, "[::1]"])
    server.include_router(api.routes(studio))
    for shelf in (studio.kept, studio.temporary):
        shelf.folder.mkdir(parents=True, exist_ok=True)
        server.mount(shelf.address, StaticFiles(directory=shelf.folder))
    server.add_exception_handler(RequestValidationError, _bad_request)
    server.add_exception_handler(HTTPException, _http_error)
    server.add_exception_handler(Exception, _failed)
    for kind in _STATUS:
        server.add_exception_handler(kind, _failed)
    return mount_page(server, studio)


def _failed(request: Request, error: Exception):
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    if status == 500 and isinstance(error, ValueError):
        status = 400
    headers = {"Retry-After": "30"} if status == 503 else None
    return JSONResponse({"error": sentence(error)}, status, headers)


def _http_error(request: Request, error: HTTPException):
    return JSONResponse({"error": str(error.detail)}, error.status_code)


def _bad_request(request: Request, error: RequestValidationError):
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:]) or "body"
    return JSONResponse({"error": f"{where}: {first['msg']}."}, 400)
