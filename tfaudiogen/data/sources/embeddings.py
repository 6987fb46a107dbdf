"""External embeddings: `.npy` files, each named like its source file."""

import functools
import re
from collections import Counter

import numpy as np

from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sources.files import find_named
from tfaudiogen.data.sources.pair_matching import match_stems
from tfaudiogen.disk.errors import Unusable
from tfaudiogen.disk.opening import open_regular, unreadable
from tfaudiogen.disk.tries import patiently
from tfaudiogen.validation.npz import array_in

_NPY = re.compile(r".*\.npy", re.IGNORECASE | re.DOTALL)
_CURE = "rename one"
_MAGIC = b"\x93NUMPY"
_MOST_BYTES, _NUMBERS = 2**24, "iuf"


def match_embeddings(folder, files):
    """Return the files that have an embedding, their embeddings, and the `Skipped`.

    The embeddings are {name: float32 [E]}. Names are matched as by `match_stems`. E is the most
    frequent size of the usable embeddings; others are skipped.

    Args:
        folder: folder of the `.npy` files, at any depth.
        files: list of `SourceFile`s.

    Raises:
        ValueError: the folder does not exist.
        ReadError: a file could not be read after several attempts.
    """
    pairs = match_stems(files, find_named([folder], _NPY), ("file", "embedding"), _CURE)
    found, skipped = {}, list(pairs.skipped)
    for file in pairs.sounds:
        (own,) = pairs.pictures[file.name]
        try:
            read = functools.partial(read_embedding, own.path)
            found[file.name] = patiently(own.name, read)
        except Unusable as error:
            skipped += [Skipped(own.name, str(error)), _without(file, own.name)]
    sizes = Counter(len(vector) for vector in found.values())
    size = sizes.most_common(1)[0][0] if sizes else 0
    for file in pairs.sounds:
        if len(found.get(file.name, ())) not in (0, size):
            own, numbers = pairs.pictures[file.name][0].name, len(found.pop(file.name))
            reason = f"has {numbers} numbers, and most embeddings have {size}"
            skipped += [Skipped(own, reason), _without(file, own)]
    return [file for file in pairs.sounds if file.name in found], found, skipped


def read_embedding(path):
    """Return the vector, float32 [E], in a `.npy` file of shape [E] or [1, E].

    Raises:
        Unusable: the file holds something else; the message is the reason.
    """
    values = _loaded(path)
    if values.size == 0 or values.shape not in ((values.size,), (1, values.size)):
        raise Unusable(f"has the shape {list(values.shape)}, and an embedding is one vector [E]")
    found = values.reshape(-1).astype(np.float32)
    if not np.all(np.isfinite(found)):
        raise Unusable("holds NaN or infinity")
    return found


def _loaded(path):
    try:
        with open_regular(path) as file:
            content = file.read(_MOST_BYTES + 1)
        if not content.startswith(_MAGIC):
            raise Unusable("is no .npy file")
        if len(content) > _MOST_BYTES:
            raise Unusable(f"has more than {_MOST_BYTES} bytes, and an embedding is one vector [E]")
        return array_in(content, _NUMBERS)
    except Unusable:
        raise
    except OSError as error:
        raise unreadable(error) from error
    except ValueError as error:
        raise Unusable(str(error)) from error


def _without(file, name):
    return Skipped(file.name, f"its embedding cannot be used: {name}")
