"""Abilities of models, which tabs and routes require."""

import zipfile

import keras

from tfaudiogen.disk.opening import open_regular
from tfaudiogen.models.autoencoders.vqvae import VQVAE
from tfaudiogen.models.embedders.embedding import Embedding
from tfaudiogen.models.translators.base import Translation
from tfaudiogen.saving.archive import CONFIG
from tfaudiogen.validation import strict_json

# All abilities; a tab or route requires one of these.
ABILITIES = ("sample", "reconstruct", "interpolate", "paint", "compose", "match", "tag")


def abilities(model):
    """Return which of `ABILITIES` a model has."""
    return _abilities(type(model), model.representation.kind)


def abilities_of_file(file):
    """Return which of `ABILITIES` the model in a .keras file has, without building it.

    The list is empty if the file is unreadable or not a model of this package.
    """
    try:
        with (
            open_regular(file) as opened,
            zipfile.ZipFile(opened) as archive,
            archive.open(CONFIG) as member,
        ):
            found = strict_json.parse(member.read(strict_json.MOST_BYTES + 1))
        return _abilities(_class_of(found), _class_of(_drawn(found["config"])).kind)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile):
        return []


def draws_pictures(model):
    """Return whether a model generates images."""
    return model.representation.kind == "pictures"


def _abilities(kind, draws):
    """Return the abilities of a model class whose outputs are of the kind `draws`."""
    if issubclass(kind, Translation):
        return ["paint" if draws == "pictures" else "compose"]
    if issubclass(kind, Embedding):
        return ["match"]
    found = [name for name in ABILITIES if callable(getattr(kind, name, None))]
    # VQVAE.sample only raises an error, since there is no prior.
    return [name for name in found if name != "sample" or not issubclass(kind, VQVAE)]


def _class_of(found):
    return keras.saving.get_registered_object(found["registered_name"])


def _drawn(config):
    """Return the configuration of a model's output representation, its own or that of a part."""
    # Older files say "spectrogram".
    for part in ("representation", "spectrogram", "pictures"):
        if part in config:
            return config[part]
    return _drawn(config["target" if "target" in config else "autoencoder"]["config"])
