"""Request and response bodies of the HTTP interface, as JSON schemas for `/openapi.json`."""

from pydantic import BaseModel, ConfigDict, ValidationError

from tfaudiogen.app.refusals import Refused, TooLarge


class Wanted(BaseModel):
    """Arguments of `sample`; see `operations.sample` for their ranges."""

    seconds: float | None = None
    seed: int = 0
    temperature: float | None = None
    component: int | None = None
    label: str | None = None
    top_k: int | None = None
    top_p: float | None = None
    guidance: float | None = None


class ConditionBody(BaseModel):
    """The condition for a translator that takes no file: exactly one of these, by model."""

    model_config = ConfigDict(extra="forbid")

    text: str | None = None
    labels: dict[str, float] | None = None
    vector: list[float] | None = None


class Tagged(BaseModel):
    """Probabilities of the likeliest labels, the likeliest first."""

    labels: dict[str, float]


class Embedded(BaseModel):
    """An embedding of length 1."""

    vector: list[float]


_BINARY = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_JSON = {"application/json": {"schema": ConditionBody.model_json_schema()}}
FILE = {"requestBody": {"required": True, "content": _BINARY}}
FILE_OR_CONDITION = {"requestBody": {"required": True, "content": _BINARY | _JSON}}

_MOST_BYTES = 1_000_000
_ENTRIES = {
    "texts": ("text", '{"text": "gloomy, slow"}'),
    "labels": ("labels", '{"labels": {"gloomy": 0.7, "slow": 0.3}}'),
    "vectors": ("vector", '{"vector": [0.1, -0.2, 0.3]}'),
}


def condition_of(name, kind, path):
    """Return the condition in a JSON body: a str, {label: weight}, or a list of numbers.

    Args:
        name: name of the model.
        kind: kind of its source, "texts", "labels" or "vectors".
        path: path of the body, a JSON file.

    Raises:
        Refused: the body is not a condition of that kind.
        TooLarge: the body has more than a million bytes.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise TooLarge(f"at most {_MOST_BYTES / 1e6:g} MB are taken of a condition.")
    entry, example = _ENTRIES[kind]
    wanted = f"the model {name} is conditioned on {kind}: send JSON such as {example}"
    try:
        body = ConditionBody.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise Refused(f"{wanted} ({where:.60}: {first['msg']}).") from error
    if body.model_dump(exclude_none=True).keys() != {entry}:
        raise Refused(f"{wanted}, and nothing else.")
    return getattr(body, entry)
