"""Hostile values and damaged bytes; everything follows from the generator."""

import copy
import json

# In the place of a number, of a text, of a list: what a schema must not let through.
VALUES = (
    2**31,
    10**9,
    2**62,
    10**25,
    -1,
    0,
    0.5,
    1e308,
    float("nan"),
    float("inf"),
    "x",
    "../../../etc/passwd",
    "evil_module.X",
    "\x00",
    "",
    None,
    True,
    [],
    {},
    [1] * 1000,
    [[[[1]]]],
    {"class_name": "X", "config": {}, "module": "evil_module"},
)


def places(values, path=()):
    """Yield the path of each value inside JSON values."""
    inner = values.items() if isinstance(values, dict) else enumerate(values)
    for key, value in inner:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def with_value(values, path, value):
    """Return a copy with another value in one place."""
    result = copy.deepcopy(values)
    _holder(result, path)[path[-1]] = value
    return result


def without(values, path):
    """Return a copy that lacks one place."""
    result = copy.deepcopy(values)
    del _holder(result, path)[path[-1]]
    return result


def changed_json(text, draw):
    """Return JSON text with one place changed, left out, doubled or nested deep."""
    values = json.loads(text)
    path = draw.choice(list(places(values)))
    kind = draw.choice(("value", "value", "value", "value", "without", "nested", "text"))
    if kind == "value":
        return json.dumps(with_value(values, path, draw.choice(VALUES)))
    if kind == "without":
        return json.dumps(without(values, path))
    if kind == "nested":
        depth = draw.choice((70, 900, 100_000))
        marked = json.dumps(with_value(values, path, "@@"))
        return marked.replace('"@@"', "[" * depth + "]" * depth)
    return damaged(text.encode(), draw).decode("utf-8", "surrogateescape")


def damaged(content, draw):
    """Return bytes that are cut, lengthened, or flipped in a few places."""
    kind = draw.choice(("cut", "longer", "flip", "flip", "flip", "zeros"))
    if kind == "cut":
        return content[: draw.randrange(len(content))]
    if kind == "longer":
        return content + draw.randbytes(draw.randrange(1, 5000))
    result = bytearray(content)
    for _ in range(draw.choice((1, 3, 30))):
        place = draw.randrange(len(result))
        result[place] = 0 if kind == "zeros" else draw.randrange(256)
    return bytes(result)


def _holder(values, path):
    for key in path[:-1]:
        values = values[key]
    return values
