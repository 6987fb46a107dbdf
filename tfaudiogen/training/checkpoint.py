"""Saves and restores the state of a training as one .npz file of plain arrays."""

import json
from pathlib import Path

import numpy as np
from keras import ops

from tfaudiogen.disk import atomic_file
from tfaudiogen.training.state import State
from tfaudiogen.validation import strict_json
from tfaudiogen.validation.npz import read_npz
from tfaudiogen.validation.schema import expect_keys

NAME = "checkpoint.npz"


def write(folder, model, state, totals):
    """Write the checkpoint atomically.

    Args:
        folder: the run folder.
        model: compiled `ProbabilisticModel` with a built optimizer.
        state: the `State` of the run.
        totals: running metric sums of the current epoch, restored to `model.totals` on resuming.
    """
    with model.trained():
        arrays = {_name(i): ops.convert_to_numpy(v) for i, v in enumerate(_variables(model))}
    arrays["totals"] = totals
    arrays["state"] = np.array(json.dumps(state.as_dict()))
    path = Path(folder) / NAME
    with atomic_file(path, lasting=True) as temporary, open(temporary, "wb") as file:
        np.savez(file, **arrays)


def read(folder, model):
    """Restore `model` and its optimizer; return the `State` and the totals.

    Raises:
        ValueError: the file is damaged, or from another model.
    """
    path = Path(folder) / NAME
    try:
        arrays = read_npz(path)
        expect_keys(arrays, "it", ("state", "totals"), arrays)
        values = strict_json.parse(arrays.pop("state").item(), finite=False)
        state, totals = State.of(values), arrays.pop("totals")
        _check_totals(totals, model)
    except ValueError as error:
        raise ValueError(
            f"{path} is damaged ({error}): train again into another folder, "
            f"with --from {folder} if it holds a model"
        ) from error
    with model.trained():
        _assign(path, _variables(model), arrays)
    return state, totals


def _check_totals(totals, model):
    shape = tuple(model.totals.shape)
    if totals.shape != shape or totals.dtype.kind != "f":
        raise ValueError(f"totals must be numbers {list(shape)}; received {list(totals.shape)}")


def _variables(model):
    return [*model.weights, *model.optimizer.variables, *model.training_variables]


def _name(number):
    return f"variable_{number:04d}"


def _assign(path, variables, arrays):
    wanted = [tuple(variable.shape) for variable in variables]
    stored = [arrays[name].shape for name in sorted(arrays)]
    if wanted != stored or any(values.dtype.kind == "U" for values in arrays.values()):
        raise ValueError(
            f"{path} holds {len(stored)} variables that do not fit the {len(wanted)} of this "
            "model: it was written by another version; train again into another folder"
        )
    for name, variable in zip(sorted(arrays), variables, strict=True):
        variable.assign(arrays[name])
