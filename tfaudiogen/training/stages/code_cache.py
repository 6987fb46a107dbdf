"""A cache of the codes of a data set in the run folder."""

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from tfaudiogen.data import Augmentation
from tfaudiogen.io import audio_files
from tfaudiogen.validation.npz import read_npz
from tfaudiogen.validation.schema import expect

NAME = "codes.npz"
_SPLITS = ("train", "validation")
# Codes use only a few of the 32 bits that they are stored in, and compress well.
_MOST_EXPANSION = 50


def check_augmentation(passes, changes, kind):
    """Raise ValueError unless augmentations go together with passes > 1, and the data are audio.

    Args:
        passes: number of passes over the training split for the prior of each level.
        changes: augmentations of the further passes, as arguments of `Augmentation`.
        kind: "sounds" or "pictures".
    """
    most = max(passes)
    if most > 1 and kind != "sounds":
        raise ValueError(
            f"priors.augmentation_passes must be 1 for {kind}, which are not changed; got {most}"
        )
    if min(passes) < 1:
        raise ValueError(f"priors.augmentation_passes must be at least 1, received {min(passes)}")
    if (most > 1) != any(changes.values()):
        names = ", ".join(f"priors.{name}={value}" for name, value in changes.items())
        raise ValueError(
            f"priors.augmentation_passes={most} and {names}: passes above 1 need a change above 0, "
            "and a change needs passes above 1"
        )
    Augmentation(**changes)


def write(folder, model, training_data, passes=1, changes=None):
    """Write `codes.npz` atomically: codes and labels of the training and validation split.

    Args:
        folder: the run folder.
        model: the trained autoencoder.
        training_data: the `TrainingData` of its data.
        passes: number of passes over the training split: the first unchanged, the others augmented.
        changes: augmentations of the further passes, as arguments of `Augmentation`.
    """
    # A graph prunes what the codes do not depend on, such as decoding the image: 2.6 times faster.
    encode = tf.function(model.encode_codes, autograph=False, reduce_retracing=True)
    plain = {"shuffle": False, "drop_remainder": False}
    parts = {
        split: _extracted(encode, training_data.batches(split, **plain), split) for split in _SPLITS
    }
    if passes > 1:
        changed = training_data.batches(
            "train", cache=False, augment=Augmentation(**changes), **plain
        )
        more = (
            _extracted(encode, changed, f"pass {number} of train")  # each is another epoch
            for number in range(2, passes + 1)
        )
        parts["train"] = _joined([parts["train"], *more])
    arrays = {f"{split}_{key}": x for split, found in parts.items() for key, x in found.items()}
    path = folder / NAME
    with audio_files.atomic_file(path, lasting=True) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)


def read(folder):
    """Return {split: {"label": int32 [n], "codes_0": int32 [n, ...], ...}}, top level first.

    Raises:
        ValueError: the file is damaged.
    """
    path = folder / NAME
    try:
        arrays = read_npz(path, _MOST_EXPANSION)
        _check(arrays)
    except ValueError as error:
        raise ValueError(
            f"{path} is damaged ({error}): delete it and the folders of the priors, and --resume"
        ) from error
    return {
        split: {
            name.removeprefix(f"{split}_"): values
            for name, values in arrays.items()
            if name.startswith(f"{split}_")
        }
        for split in _SPLITS
    }


def _check(arrays):
    """Raise ValueError unless both splits have labels and an equal number of codes."""
    for split in _SPLITS:
        expect(f"{split}_label" in arrays, "the list of arrays", sorted(arrays))
        count = len(np.atleast_1d(arrays[f"{split}_label"]))
        own = {name: values for name, values in arrays.items() if name.startswith(f"{split}_")}
        for name, values in own.items():
            whole = values.dtype == np.int32 and values.ndim >= 1 and len(values) == count > 0
            expect(whole, f"{name}, {count} rows of int32,", (values.dtype.name, values.shape))


def first_passes(codes, passes, of):
    """Return `codes` with only the first `passes` of the `of` passes over the training split."""
    train = {name: values[: len(values) // of * passes] for name, values in codes["train"].items()}
    return {**codes, "train": train}


def _extracted(encode, batches, title):
    """Return {"label": int32 [n], "codes_0": int32 [n, ...], ...} of the batches."""
    found = []
    # disable=None: no bar without a terminal.
    for batch in tqdm(batches, f"codes of {title}", disable=None, leave=False, unit="batch"):
        named = {f"codes_{level}": codes for level, codes in enumerate(encode(batch["image"]))}
        values = {**named, "label": batch["label"]}
        found.append({name: np.asarray(part, np.int32) for name, part in values.items()})
    return _joined(found)


def _joined(parts):
    """Concatenate dicts of arrays with the same names."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
