"""What users ask a model for, checked against the limits: waveforms out, nothing written."""

import inspect
import math

import numpy as np

from tfaudiogen.app.limits import Refused, number
from tfaudiogen.app.studio import abilities
from tfaudiogen.app.uploads import read_upload
from tfaudiogen.models.code_labels import is_known

_LARGEST_SEED = 2**31 - 1
_HOTTEST, _STRONGEST, _MOST_CODES = 4.0, 10.0, 2**20


def sample(studio, name, count=1, seconds=None, seed=0, **choices):
    """Return new sounds float32 [count, N]; arguments as in the model's `sample`.

    Args:
        choices: temperature, component, or label, top_k, top_p and guidance; None where nothing is
            chosen.

    Raises:
        Refused: an argument is out of its range, or is none of this model.
    """
    limits = studio.limits
    count = number("count", count, 1, limits.count, int)
    seed = number("seed", seed, 0, _LARGEST_SEED, int)
    if seconds is not None:
        seconds = number("seconds", seconds, 0.01, limits.seconds)
    model = able(studio, name, "sample")
    chosen = _chosen(model, name, choices)
    with studio.turn.taken():
        return np.asarray(model.sample(count, seed, seconds=seconds, **chosen))


def _chosen(model, name, choices):
    """Return those choices of a draw that are not None, when the model takes them."""
    known = inspect.signature(model.sample).parameters
    chosen = {key: value for key, value in choices.items() if value is not None}
    for key, value in chosen.items():
        if key not in known:
            raise Refused(f"{key} does not apply to the model {name}: leave it out.")
        chosen[key] = _CHECKS[key](model, value)
    if chosen.get("guidance", 1.0) != 1.0 and "label" not in chosen:
        raise Refused("guidance needs a label to strengthen: choose one, or leave it at 1.")
    return chosen


def _component(model, value):
    return number("component", value, 0, components(model) - 1, int)


def _label(model, value):
    if not is_known(model.label_names, value):
        known = ", ".join(model.label_names) or "none: this model has no labels"
        raise Refused(f"label must be one of {known}; received {value!r:.60}.")
    return value


_CHECKS = {
    "temperature": lambda model, value: number("temperature", value, 0.0, _HOTTEST),
    "component": _component,
    "label": _label,
    "top_k": lambda model, value: number("top_k", value, 1, _MOST_CODES, int),
    "top_p": lambda model, value: number("top_p", value, 1e-6, 1.0),
    "guidance": lambda model, value: number("guidance", value, 0.0, _STRONGEST),
}


def reconstruct(studio, name, path):
    """Return an uploaded sound and what the model makes of it, both float32 [N]."""
    model = able(studio, name, "reconstruct")
    with studio.turn.taken():
        original = read_upload(path, model.spectrogram.sample_rate, studio.limits)
        return original, np.asarray(model.reconstruct(original))


def log_prob(studio, name, path):
    """Return (nats, bits per dimension) of an uploaded sound."""
    model = studio.model(name)
    if not hasattr(model, "log_prob"):
        raise Refused(f"the model {name} has no probability of sounds: choose another.")
    with studio.turn.taken():
        sound = read_upload(path, model.spectrogram.sample_rate, studio.limits)
        nats = float(model.log_prob(sound)[0])
    pixels = math.ceil(len(sound) / model.spectrogram.hop) * model.spectrogram.bins
    return nats, -nats / (math.log(2.0) * pixels)


def first_window(studio, model, path):
    """Return as much of an uploaded sound as fits into a window of the model."""
    sound = read_upload(path, model.spectrogram.sample_rate, studio.limits)
    return sound[: model.spectrogram.samples]


def able(studio, name, ability):
    """Return the model `name`.

    Raises:
        Refused: it cannot do that, or there is none.
    """
    model = studio.model(name)
    if ability not in abilities(model):
        raise Refused(f"the model {name} cannot {ability}: choose another.")
    return model


def components(model):
    """Return how many components the model's prior has to choose from; 0 without a mixture."""
    return getattr(getattr(model, "prior", None), "components", 0)


def labels(model):
    """Return the names of the labels that sounds can be drawn by."""
    return getattr(model, "label_names", [])
