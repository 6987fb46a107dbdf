"""Saves and loads models: a folder with `model.keras`, `metrics.json` and `card.md`."""

import importlib.resources
from pathlib import Path

import keras

from tfaudiogen.disk import atomic_file

# Importing these registers all classes that a saved model's configuration may name.
from tfaudiogen.layers.conditioning import condition_encoders, embedding_tower  # noqa: F401
from tfaudiogen.layers.convolutional import literature, sequence_encoder  # noqa: F401
from tfaudiogen.layers.quantizers import finite_scalar, residual  # noqa: F401
from tfaudiogen.layers.representations import conditions, images, spectrogram  # noqa: F401
from tfaudiogen.layers.transformers import patch_encoder, recurrent, transformer  # noqa: F401
from tfaudiogen.models.autoencoders import vae, vqgan, vqvae  # noqa: F401
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.classifiers import tagger  # noqa: F401
from tfaudiogen.models.embedders import embedder  # noqa: F401
from tfaudiogen.models.priors import code_model, code_prior  # noqa: F401
from tfaudiogen.models.translators import code, flow, variational  # noqa: F401
from tfaudiogen.saving.archive import ModelError, check, errors_named
from tfaudiogen.saving.weights import room_for

MODEL_FILE = "model.keras"


def shipped():
    """Return the names of the trained models shipped with the package."""
    root = importlib.resources.files("tfaudiogen.checkpoints")
    return sorted(entry.name for entry in root.iterdir() if (entry / MODEL_FILE).is_file())


def find(model):
    """Return the path of a saved model's `.keras` file.

    Args:
        model: a folder that holds `model.keras`, the name of a shipped model, or a `.keras` file.

    Raises:
        ModelError: `model` is none of these; the message lists the shipped models.
    """
    path = Path(model)
    if path.is_file():
        return _whole(path)
    if (path / MODEL_FILE).is_file():
        return path / MODEL_FILE
    name = str(model).rstrip("/\\")
    if name in shipped():
        return Path(str(importlib.resources.files("tfaudiogen.checkpoints"))) / name / MODEL_FILE
    what = f"has no {MODEL_FILE}" if path.is_dir() else "does not exist"
    raise ModelError(
        f"{model}: this folder {what}, and the shipped models are "
        f"{', '.join(shipped()) or 'none'}. Give a training run's folder, a .keras file or one of "
        "these names."
    )


def _whole(file):
    if file.name.endswith(".weights.h5"):
        raise ModelError(
            f"{file}: holds weights without their model; build the model as it was and give it the "
            "file by model.load_weights"
        )
    return file


def resolve(model):
    """Return the folder of a saved model, which also contains its card and metrics.

    Args:
        model: as in `find`.

    Raises:
        ModelError: there is no such model, or it is a `.keras` file of another name.
    """
    file = find(model)
    if file.name != MODEL_FILE:
        raise ModelError(f"{file}: give the folder of a model, which holds it as {MODEL_FILE}")
    return file.parent


def load(model):
    """Loads a saved model from its folder, from a `.keras` file, or a shipped one by name.

    No code from the file is run: only classes of this package and of Keras are built, in Keras'
    safe mode. The model is not compiled. A file of `keras.callbacks.ModelCheckpoint` gives the
    weights that were validated; use `keras.saving.load_model` to restore the training state too.

    Raises:
        ModelError: the model is missing, damaged or not of this package; the message says which.
    """
    file = find(model)
    weights = check(file)
    with errors_named(file), room_for(weights):
        loaded = keras.saving.load_model(file, compile=False, safe_mode=True)
    if not isinstance(loaded, ProbabilisticModel):
        raise ModelError(f"{file}: holds a {type(loaded).__name__}, not a tfaudiogen model")
    return loaded


def bare_copy(model):
    """Return an uncompiled model of the same configuration, for `save`."""
    return type(model).from_config(model.get_config())


def save(model, folder, bare=None):
    """Writes `model.keras` to a folder, atomically and without optimizer state.

    For a model compiled with `ema_momentum`, the averaged (EMA) weights are written, which are also
    those that are validated. LoRA adapters are merged.

    Args:
        model: the model.
        folder: the folder; it is created if missing.
        bare: a `bare_copy` of the model to write through. Reuse one when saving after each epoch:
            TensorFlow never releases all memory of a model it has built.

    Returns:
        The path of the file.
    """
    file = Path(folder) / MODEL_FILE
    bare = bare_copy(model) if bare is None else bare
    with model.averaged():
        # With a LoRA adapter, the merged weights.
        values = getattr(model, "merged_weights", model.weights)
        for target, source in zip(bare.weights, values, strict=True):
            target.assign(source)
    with atomic_file(file, lasting=True) as temporary:
        bare.save(temporary)
    return file
