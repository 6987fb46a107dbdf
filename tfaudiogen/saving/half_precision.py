"""Converts the weights of saved models to half precision."""

import io
import zipfile
from pathlib import Path

import h5py
import numpy as np

from tfaudiogen.disk import atomic_file
from tfaudiogen.saving.archive import check
from tfaudiogen.saving.models import MODEL_FILE

_WEIGHTS = "model.weights.h5"


def halve(folder):
    """Stores the float32 weights of a saved model as float16; loading converts them to float32.

    Each weight changes by at most 2^-11 of its value, or by 2^-25 if that is more (IEEE 754,
    binary16), so evaluate the model after this, not before. Integers, and arrays with values out
    of the range of float16, are unchanged. The file is replaced atomically; a second call changes
    nothing.

    Args:
        folder: folder of the model, with its `model.keras`.

    Returns:
        The size of the file before and after, in bytes.

    Raises:
        ModelError: the file is damaged or not of this package.
    """
    file = Path(folder) / MODEL_FILE
    check(file)
    before = file.stat().st_size
    with atomic_file(file, lasting=True) as temporary:
        _write_halved(file, temporary)
    return before, file.stat().st_size


def _write_halved(file, target):
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry)
            kept = _halved(content) if entry.filename == _WEIGHTS else content
            new.writestr(entry.filename, kept)


def _halved(content):
    """Return the bytes of an HDF5 file with its float32 arrays in half precision."""
    result = io.BytesIO()
    with h5py.File(io.BytesIO(content)) as old, h5py.File(result, "w") as new:
        _copy(old, new)
    return result.getvalue()


def _copy(old, new):
    """Copies an HDF5 group recursively, with float32 arrays in half precision."""
    new.attrs.update(old.attrs)
    for name, entry in old.items():
        if isinstance(entry, h5py.Group):
            _copy(entry, new.create_group(name))
        else:
            new.create_dataset(name, data=_fitting(entry[()])).attrs.update(entry.attrs)


def _fitting(values):
    """Return a float32 array as float16 if its values are in range, else the array unchanged."""
    if values.dtype != np.float32 or np.abs(values).max(initial=0.0) > np.finfo(np.float16).max:
        return values
    return values.astype(np.float16)
