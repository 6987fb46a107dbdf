"""Stores the weights of saved models in half precision."""

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
    """Store the float32 weights of a saved model as float16; what loads it makes float32 of them.

    A weight changes by at most 2^-11 of itself, or by 2^-25 if that is more (IEEE 754, binary16),
    so measure a model after this, not before. Those that half precision cannot hold, and integers,
    stay as they are. The file is replaced at once; a second call changes nothing.

    Args:
        folder: of the model, with its `model.keras`.

    Returns:
        The size of the file before and after, in bytes.

    Raises:
        ModelError: the file is damaged or foreign.
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
    """Copy a group with all that is in it."""
    new.attrs.update(old.attrs)
    for name, entry in old.items():
        if isinstance(entry, h5py.Group):
            _copy(entry, new.create_group(name))
        else:
            new.create_dataset(name, data=_fitting(entry[()])).attrs.update(entry.attrs)


def _fitting(values):
    """Return an array in half precision, or as it is if that cannot hold it."""
    if values.dtype != np.float32 or np.abs(values).max(initial=0.0) > np.finfo(np.float16).max:
        return values
    return values.astype(np.float16)
