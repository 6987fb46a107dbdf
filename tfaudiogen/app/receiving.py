"""Routes for uploads and downloads, at the URLs that Gradio's script expects."""

import asyncio
import shutil
import tempfile

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse
from starlette.concurrency import run_in_threadpool

from tfaudiogen.app.refusals import Refused, TooLarge, Unknown

_BLOCK = 65536
_OTHER_FIELDS = 4


def routes(studio):
    """Return the router for uploads and downloads."""
    router = APIRouter(prefix="/gradio_api", include_in_schema=False)
    # Parsing a body is quick but needs some megabytes of memory.
    one_at_a_time = asyncio.Lock()

    @router.post("/upload")
    async def upload(request: Request) -> list[str]:
        with tempfile.TemporaryFile(dir=studio.temporary_folder) as body:
            async for block in request.stream():
                body.write(block)
            body.seek(0)
            async with one_at_a_time, _form(request, body, studio.limits.files) as form:
                return await run_in_threadpool(_keep, studio, form.getlist("files"))

    @router.get("/file={name:path}")
    async def file(name: str):
        try:
            path = studio.uploads.path_of(name)
        except Refused as error:
            raise Unknown(str(error)) from error
        # As an attachment, so that an uploaded file is never rendered as a page of this server.
        return FileResponse(path, filename=path.name)

    return router


def _form(request, body, most):
    """Return the context of the parsed form of a request whose body is in a file."""

    async def receive():
        block = body.read(_BLOCK)
        return {"type": "http.request", "body": block, "more_body": bool(block)}

    return Request(request.scope, receive).form(max_files=most, max_fields=_OTHER_FIELDS)


def _keep(studio, files):
    """Store the files of a form as uploads and return their paths."""
    limits = studio.limits
    if not files or any(isinstance(file, str) for file in files):
        raise Refused("a form with files is wanted.")
    for file in files:
        if file.size > limits.bytes:
            raise TooLarge(f"at most {limits.megabytes:g} MB are taken of each file.")
    try:
        return [_written(studio.uploads, file) for file in files]
    finally:
        studio.uploads.measure()


def _written(uploads, file):
    path = uploads.new(file.filename or "upload")
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target)
    return str(path)
