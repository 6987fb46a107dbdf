"""The arrays of saved models, and bounds on the size of a model built for them."""

import contextlib
import io
import math
from dataclasses import dataclass

import h5py
import numpy as np
import tensorflow as tf

# Numbers, truth values, and bfloat16, which HDF5 knows as two bytes without a meaning.
_KINDS, _BFLOAT16 = "fiub", ("V", 2)
# What a model may have beside the weights that are in its file.
_FURTHER_NUMBERS, _FURTHER_ARRAYS = 2**20, 256


@dataclass(frozen=True)
class Weights:
    """How many numbers a file holds, in how many arrays."""

    numbers: int = 0
    arrays: int = 0


def weights_in(content):
    """Return the `Weights` of an HDF5 file.

    Args:
        content: its bytes.

    Raises:
        ValueError: it holds something else than groups and arrays of numbers that lie in it whole.
        OSError, RuntimeError: it is damaged.
    """
    with h5py.File(io.BytesIO(content), "r") as root:
        arrays = [entry for entry in _entries(root) if isinstance(entry, h5py.Dataset)]
        for array in arrays:
            _check_array(array)
        if sum(array.nbytes for array in arrays) > len(content):
            raise ValueError("its arrays share their bytes, which Keras never writes")
        return Weights(sum(array.size for array in arrays), len(arrays))


def _entries(root):
    """Yield all that is in a group, whatever it lies in; each has one name."""
    todo, seen = [root], set()
    while todo:
        group = todo.pop()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{name} is a link to another place, which Keras never writes")
            entry = group[name]
            address = h5py.h5o.get_info(entry.id).addr
            if address in seen:
                raise ValueError(f"{name} has two places, which Keras never writes")
            seen.add(address)
            if isinstance(entry, h5py.Group):
                todo.append(entry)
            yield entry


def _check_array(array):
    kind = array.dtype.kind, array.dtype.itemsize
    if kind[0] not in _KINDS and kind != _BFLOAT16:
        raise ValueError(f"{array.name} is no array of numbers")
    if array.is_virtual or array.external:
        raise ValueError(f"{array.name} lies in another file")
    # Compressed arrays, and those of which nothing was written, can be of any size.
    if array.id.get_storage_size() < array.nbytes:
        raise ValueError(f"{array.name} says that it is larger than what is stored of it")


@contextlib.contextmanager
def room_for(weights):
    """Context in which variables are refused, before they take memory, that `weights` cannot fill.

    Raises:
        ValueError: within, for a model of more numbers or arrays.
    """
    numbers = weights.numbers + _FURTHER_NUMBERS
    arrays = weights.arrays + _FURTHER_ARRAYS

    def creator(next_creator, **options):
        nonlocal numbers, arrays
        numbers -= _size(options["initial_value"])
        arrays -= 1
        if numbers < 0 or arrays < 0:
            raise ValueError(
                f"its configuration describes a larger model than the {weights.numbers} numbers "
                f"in {weights.arrays} arrays that are stored"
            )
        return next_creator(**options)

    with tf.variable_creator_scope(creator):
        yield


def _size(initial_value):
    """Return how many numbers a variable will have."""
    if not callable(initial_value):
        return math.prod(np.shape(initial_value))
    # In a graph nothing is computed.
    with tf.Graph().as_default():
        return math.prod(initial_value().shape)
