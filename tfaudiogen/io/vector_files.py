"""Reads `.npy` files of one vector each."""

from tfaudiogen.data.sources.embeddings import read_embedding
from tfaudiogen.disk.errors import Unusable


def read_vector(path, size):
    """Reads a `.npy` file as float32 [E].

    Raises:
        ValueError: the file has no vector with E = `size`; the message names the file.
    """
    try:
        vector = read_embedding(path)
    except Unusable as error:
        raise ValueError(f"{path}: {error}.") from error
    if len(vector) != size:
        raise ValueError(f"{path}: has {len(vector)} numbers, and the model takes {size}.")
    return vector
