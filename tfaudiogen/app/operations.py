"""Operations on models for user requests, checked against the limits; they write no files."""

import inspect
import math

import numpy as np

from tfaudiogen.app.abilities import abilities, draws_pictures
from tfaudiogen.app.limits import number
from tfaudiogen.app.refusals import Refused
from tfaudiogen.app.uploads import read_upload
from tfaudiogen.models.priors.labels import is_known

_LARGEST_SEED = 2**31 - 1
_HOTTEST, _STRONGEST, _MOST_CODES = 4.0, 10.0, 2**20
_HEAVIEST, _MOST_LABELS = 1e6, 1000


def sample(studio, name, count=1, seconds=None, seed=0, **choices):
    """Return samples of a model: sounds float32 [count, N], or images [count, H, W, C].

    Args:
        choices: temperature, component, label, top_k, top_p and guidance for `model.sample`; None
            for the default.

    Raises:
        Refused: an argument is out of its range, or not supported by the model.
    """
    limits = studio.limits
    model = able(studio, name, "sample")
    draw = _draw(model, name, limits, count, seconds, seed)
    chosen = _chosen(model, name, choices)
    if chosen.get("guidance", 1.0) != 1.0 and "label" not in chosen:
        raise Refused("guidance needs a label to strengthen: choose one, or leave it at 1.")
    with studio.compute_lock.taken():
        return np.asarray(model.sample(**draw, **chosen))


def translate(studio, name, inputs, ability, count=1, seconds=None, seed=0, **choices):
    """Return the condition of a translator, and the samples that it generates for it.

    Args:
        inputs: path of an uploaded sound or image; or, for a model of that kind, a text, {label:
            weight}, or an embedding as a list or as the path of a `.npy` file.
        ability: "paint" or "compose".
        count, seconds, seed: see `sample`.
        choices: temperature, guidance and label; None for the default.

    Returns:
        (inputs, images [count, H, W, C]) or (inputs, sounds [count, N]); for an upload, `inputs` is
        its content: a sound [N], image [H, W, C] or vector [E].

    Raises:
        Refused: an argument is out of its range, or not supported by the model.
    """
    model = able(studio, name, ability)
    draw = _draw(model, name, studio.limits, count, seconds, seed)
    chosen = _chosen(model, name, choices)
    with studio.compute_lock.taken():
        inputs = _content(studio, model.source_representation, inputs)
        return inputs, np.asarray(model.sample(inputs, **draw, **chosen))


def _content(studio, source, inputs):
    """Return a text, labels or list unchanged, and the content of an upload."""
    if source.kind == "labels":
        for label, weight in inputs.items():
            number(f"weight of {label:.40}", weight, 0.0, _HEAVIEST)
    unchanged = source.kind in ("texts", "labels") or isinstance(inputs, list)
    return inputs if unchanged else read_upload(studio, inputs, source)


def _draw(model, name, limits, count, seconds, seed):
    """Return the checked common arguments of `sample`: count, seed and seconds."""
    draw = {
        "count": number("count", count, 1, limits.count, int),
        "seed": number("seed", seed, 0, _LARGEST_SEED, int),
    }
    if seconds is None:
        return draw
    if draws_pictures(model):
        raise Refused(f"seconds does not apply to the model {name}, which draws pictures.")
    return {**draw, "seconds": number("seconds", seconds, 0.01, limits.seconds)}


def _chosen(model, name, choices):
    """Return the checked choices that are not None; refuse any that the model does not support."""
    chosen = {key: value for key, value in choices.items() if value is not None}
    for key, value in chosen.items():
        if not takes(model, key):
            raise Refused(f"{key} does not apply to the model {name}: leave it out.")
        chosen[key] = _CHECKS[key](model, value)
    return chosen


def _component(model, value):
    return number("component", value, 0, components(model) - 1, int)


def _label(model, value):
    if not model.label_names:
        raise Refused("label must be left out: this model has no labels.")
    if not is_known(model.label_names, value):
        known = ", ".join(model.label_names)
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
    """Return an uploaded sound or image and its reconstruction, of the same shape."""
    model = able(studio, name, "reconstruct")
    with studio.compute_lock.taken():
        original = read_upload(studio, path, model.representation)
        return original, np.asarray(model.reconstruct(original))


def tag(studio, name, path, count=5):
    """Return an uploaded image [H, W, C] and its `count` likeliest labels, {label: probability}.

    Raises:
        Refused: the file is not an image, the count is out of its range, or the model is not a
            tagger.
    """
    model = able(studio, name, "tag")
    count = number("count", count, 1, _MOST_LABELS, int)
    with studio.compute_lock.taken():
        picture = read_upload(studio, path, model.pictures)
        return picture, model.tag(picture, count)


def log_prob(studio, name, path):
    """Return (log probability in nats, bits per dimension) of an uploaded sound or image."""
    model = studio.model(name)
    if not hasattr(model, "log_prob") or "reconstruct" not in abilities(model):
        raise Refused(f"the model {name} has no probability of one file: choose another.")
    with studio.compute_lock.taken():
        inputs = read_upload(studio, path, model.representation)
        nats = float(model.log_prob(inputs)[0])
    return nats, -nats / (math.log(2.0) * _pixels(model, inputs))


def _pixels(model, inputs):
    if draws_pictures(model):
        return inputs.size
    return math.ceil(len(inputs) / model.representation.hop) * model.representation.bins


def first_window(studio, model, path):
    """Return an uploaded image, or the first window of an uploaded sound."""
    inputs = read_upload(studio, path, model.representation)
    return inputs if draws_pictures(model) else inputs[: model.representation.samples]


def able(studio, name, ability):
    """Return the model `name` after checking its ability.

    Raises:
        Refused: the model lacks the ability, or there is no such model.
    """
    model = studio.model(name)
    if ability not in abilities(model):
        raise Refused(f"the model {name} cannot {ability}: choose another.")
    return model


def is_a_window(model, seconds):
    """Return whether `seconds` can be left out: for image models, or if it is one window."""
    return draws_pictures(model) or abs(seconds - model.representation.seconds) < 0.01


def takes(model, choice):
    """Return whether `model.sample` has an argument, such as "guidance"."""
    return choice in inspect.signature(model.sample).parameters


def components(model):
    """Return the number of mixture components of the model's prior; 0 if it is not a mixture."""
    return getattr(getattr(model, "prior", None), "components", 0)


def labels(model):
    """Return the names of the labels that a model is conditioned on, or that a tagger predicts."""
    source = getattr(model, "source_representation", None)
    if source is not None and source.kind == "labels":
        return source.labels
    return model.labels if "tag" in abilities(model) else getattr(model, "label_names", [])
