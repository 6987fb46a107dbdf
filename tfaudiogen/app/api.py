"""The HTTP interface for programs: models, sounds, images and cards; see docs/app.md."""

import functools
import tempfile
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from starlette.concurrency import run_in_threadpool

from tfaudiogen.app import matching, operations
from tfaudiogen.app.abilities import abilities
from tfaudiogen.app.bodies import FILE, FILE_OR_CONDITION, Embedded, Tagged, Wanted, condition_of
from tfaudiogen.app.refusals import Refused, Unknown
from tfaudiogen.app.request_thread import in_thread
from tfaudiogen.io import audio_files, image_files
from tfaudiogen.training.run_report import CARD, CURVE

_DRAWING = {"sample", "reconstruct", "paint", "compose"}


def routes(studio):
    """Return the router for everything below /api."""
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
    async def sample(name: str, wanted: Wanted, request: Request):
        return await in_thread(request, _sample, studio, name, wanted)

    @router.post("/models/{name}/reconstruct", openapi_extra=FILE)
    async def reconstruct(name: str, request: Request):
        _, again = await _of_upload(studio, request, operations.reconstruct, name)
        return await run_in_threadpool(_answer, studio, name, again)

    @router.post("/models/{name}/log_prob", openapi_extra=FILE)
    async def log_prob(name: str, request: Request):
        nats, bits = await _of_upload(studio, request, operations.log_prob, name)
        return {"log_prob": nats, "bits_per_dimension": bits}

    @router.post("/models/{name}/tag", openapi_extra=FILE)
    async def tag(name: str, request: Request, count: int = 5) -> Tagged:
        operation = functools.partial(operations.tag, count=count)
        _, labels = await _of_upload(studio, request, operation, name)
        return Tagged(labels=labels)

    @router.post("/models/{name}/embed", openapi_extra=FILE)
    async def embed(name: str, request: Request) -> Embedded:
        vector = await _of_upload(studio, request, matching.embed, name)
        return Embedded(vector=vector.tolist())

    @router.post("/models/{name}/paint", openapi_extra=FILE_OR_CONDITION)
    async def paint(
        name: str,
        request: Request,
        seed: int = 0,
        temperature: float | None = None,
        guidance: float | None = None,
        label: str | None = None,
    ):
        chosen = {"seed": seed, "temperature": temperature, "guidance": guidance, "label": label}
        return await _translated(studio, request, name, "paint", chosen)

    @router.post("/models/{name}/compose", openapi_extra=FILE_OR_CONDITION)
    async def compose(
        name: str,
        request: Request,
        seconds: float | None = None,
        seed: int = 0,
        temperature: float | None = None,
        guidance: float | None = None,
        label: str | None = None,
    ):
        chosen = {"seconds": seconds, "seed": seed, "label": label}
        chosen |= {"temperature": temperature, "guidance": guidance}
        return await _translated(studio, request, name, "compose", chosen)

    return router


def describe_model(studio, name):
    """Return the description of a model for clients: abilities, inputs, shapes and labels."""
    model = studio.model(name)
    return {
        "name": name,
        "can": abilities(model),
        "takes": _taken(model),
        **_shapes(model),
        "components": operations.components(model),
        "labels": operations.labels(model),
        "class_names": list(model.class_names),
        "parameters": model.count_params(),
    }


def _representations(model):
    """Return the representations of inputs and outputs of a model, {kind: representation}."""
    found = [
        getattr(model, part, None)
        for part in ("representation", "source_representation", "pictures")
    ]
    return {one.kind: one for one in found if one is not None}


def _taken(model):
    """Return the kinds of inputs of a model."""
    source = getattr(model, "source_representation", None)
    return [source.kind] if source else list(_representations(model))


def _shapes(model):
    """Return rate and window of sounds, [H, W, C] of images, and sizes of texts and vectors."""
    kinds = _representations(model)
    sounds, pictures, texts, vectors = map(kinds.get, ("sounds", "pictures", "texts", "vectors"))
    return {
        "draws": model.representation.kind if _DRAWING & set(abilities(model)) else None,
        "sample_rate": sounds and sounds.sample_rate,
        "window_seconds": sounds and sounds.seconds,
        "picture_shape": pictures and list(pictures.image_shape),
        "text_bytes": texts and texts.length,
        "vector_size": vectors and vectors.size,
    }


def _file(studio, name, what):
    path = studio.model_folder(name) / what
    if not path.is_file():
        raise Unknown(f"the model {name} has no {what}.")
    return path


def _sample(studio, name, wanted):
    (drawn,) = operations.sample(studio, name, 1, **wanted.model_dump())
    return _answer(studio, name, drawn)


async def _of_upload(studio, request, operation, name):
    """Apply an operation to the file in the request's body, then delete the file."""
    path = studio.uploads.new("upload")
    try:
        with path.open("wb") as file:
            async for block in request.stream():
                file.write(block)
        if not path.stat().st_size:
            raise Refused("the request has no body: send a file (curl --data-binary @FILE).")
        return await in_thread(request, operation, studio, name, path)
    finally:
        studio.uploads.remove(path)


async def _translated(studio, request, name, ability, chosen):
    operation = functools.partial(_translate, ability=ability, **chosen)
    _, (drawn,) = await _of_upload(studio, request, operation, name)
    return await run_in_threadpool(_answer, studio, name, drawn)


def _translate(studio, name, path, ability, **chosen):
    """Generate for the uploaded file, or for the condition in its JSON."""
    model = operations.able(studio, name, ability)
    inputs = condition_of(name, model.conditioning.kind, path) if model.conditioning else path
    return operations.translate(studio, name, inputs, ability, **chosen)


def _answer(studio, name, drawn):
    """Return a response with a generated sound as WAV or image as PNG."""
    representation = studio.model(name).representation
    with tempfile.TemporaryDirectory(dir=studio.temporary_folder) as folder:
        if representation.kind == "pictures":
            path = Path(folder, "picture.png")
            image_files.write_picture(path, drawn)
            return Response(path.read_bytes(), media_type="image/png")
        path = Path(folder, "sound.wav")
        audio_files.write_wav(path, drawn, representation.sample_rate)
        return Response(path.read_bytes(), media_type="audio/wav")
