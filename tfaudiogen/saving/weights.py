"""Validates the arrays of saved models and bounds the size of models built for them."""

import contextlib
import io
import math
from dataclasses import dataclass

import h5py
import numpy as np
import tensorflow as tf

# Numbers, booleans, and bfloat16, which HDF5 stores as two opaque bytes.
_KINDS, _BFLOAT16 = "fiub", ("V", 2)
# Variables that a model may create besides the weights in its file.
_FURTHER_NUMBERS, _FURTHER_ARRAYS = 2**20, 256


@dataclass(frozen=True)
class Weights:
    """Total number of values in a weights file, and number of arrays."""

    numbers: int = 0
    arrays: int = 0


def weights_in(content):
    """Return the `Weights` of an HDF5 file.

    Args:
        content: bytes of the file.

    Raises:
        ValueError: the file contains anything but groups and numeric arrays that are stored
            completely within it.
        OSError, RuntimeError: the file is damaged.
    """
    with h5py.File(io.BytesIO(content), "r") as root:
        arrays = [entry for entry in _entries(root) if isinstance(entry, h5py.Dataset)]
        for array in arrays:
            _check_array(array)
        if sum(array.nbytes for array in arrays) > len(content):
            raise ValueError("its arrays share their bytes, which Keras never writes")
        return Weights(sum(array.size for array in arrays), len(arrays))


def _entries(root):
    """Yield all groups and arrays of an HDF5 file recursively.

    Raises:
        ValueError: an entry is a soft or external link, or has several names.
    """
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
    # Compressed or unwritten arrays can declare any size.
    if array.id.get_storage_size() < array.nbytes:
        raise ValueError(f"{array.name} says that it is larger than what is stored of it")


@contextlib.contextmanager
def room_for(weights):
    """Context that rejects variables beyond those that `weights` can fill, before allocation.

    Raises:
        ValueError: a model created within the context has more values or arrays.
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
    """Return the number of values of a variable to be created."""
    if not callable(initial_value):
        return math.prod(np.shape(initial_value))
    # In a graph the shape is known without computing the values.
    with tf.Graph().as_default():
        return math.prod(initial_value().shape)
