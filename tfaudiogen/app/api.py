"""The HTTP interface: models, sounds and cards for programs; docs/app.md has examples."""

import os
import tempfile
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from tfaudiogen import files
from tfaudiogen.app import operations
from tfaudiogen.app.limits import Refused, Unknown
from tfaudiogen.app.studio import abilities
from tfaudiogen.training.report import CARD, CURVE


class Wanted(BaseModel):
    """What `sample` is asked for; `operations.sample` says what is allowed."""

    seconds: float | None = None
    seed: int = 0
    temperature: float | None = None
    component: int | None = None
    label: str | None = None
    top_k: int | None = None
    top_p: float | None = None
    guidance: float | None = None


def routes(studio):
    """Return the router of a studio: everything below /api."""
    router = APIRouter(prefix="/api")

    @router.get("/models")
    def models():
        return {"models": [describe_model(studio, name) for name in studio.model_names()]}

    @router.get("/models/{name}/card")
    def card(name: str):
        return PlainTextResponse(_file(studio, name, CARD).read_text(encoding="utf-8"))

    @router.get("/models/{name}/curve.png")
    def curve(name: str):
        return FileResponse(_file(studio, name, CURVE))

    @router.post("/models/{name}/sample")
    def sample(name: str, wanted: Wanted):
        (waveform,) = operations.sample(studio, name, 1, **wanted.model_dump())
        return _wav(studio, name, waveform)

    @router.post("/models/{name}/reconstruct")
    async def reconstruct(name: str, request: Request):
        _, waveform = await _of_upload(studio, request, operations.reconstruct, name)
        return await run_in_threadpool(_wav, studio, name, waveform)

    @router.post("/models/{name}/log_prob")
    async def log_prob(name: str, request: Request):
        nats, bits = await _of_upload(studio, request, operations.log_prob, name)
        return {"log_prob": nats, "bits_per_dimension": bits}

    return router


def describe_model(studio, name):
    """Return what a program wants to know of a model before it asks for a sound."""
    model = studio.model(name)
    return {
        "name": name,
        "can": abilities(model),
        "sample_rate": model.spectrogram.sample_rate,
        "window_seconds": model.spectrogram.seconds,
        "components": operations.components(model),
        "labels": operations.labels(model),
        "class_names": list(model.class_names),
        "parameters": model.count_params(),
    }


def _file(studio, name, what):
    path = studio.model_folder(name) / what
    if not path.is_file():
        raise Unknown(f"the model {name} has no {what}.")
    return path


async def _of_upload(studio, request, operation, name):
    """Apply an operation to the request's body, a file of sound, and remove the file."""
    handle, path = tempfile.mkstemp(dir=studio.temporary_folder, prefix="sound-")
    try:
        with os.fdopen(handle, "wb") as file:
            await _receive(request, file, studio.limits)
        return await run_in_threadpool(operation, studio, name, path)
    finally:
        os.unlink(path)


async def _receive(request, file, limits):
    size = 0
    async for block in request.stream():
        size += len(block)
        if size > limits.bytes:
            raise HTTPException(413, f"at most {limits.megabytes:g} MB are taken.")
        file.write(block)
    if not size:
        raise Refused("the request has no body: send a file of sound (curl --data-binary @FILE).")


def _wav(studio, name, waveform):
    rate = studio.model(name).spectrogram.sample_rate
    with tempfile.TemporaryDirectory(dir=studio.temporary_folder) as folder:
        path = Path(folder, "sound.wav")
        files.write_wav(path, waveform, rate)
        return Response(path.read_bytes(), media_type="audio/wav")
