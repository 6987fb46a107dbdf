"""Conditions (texts, labels, vectors) of the translators in presets, and their encoders."""

from tfaudiogen.layers.conditioning.condition_encoders import (
    LabelEncoder,
    TextEncoder,
    VectorEncoder,
)
from tfaudiogen.layers.representations.conditions import CONDITION_KINDS, Labels, Texts, Vectors

_SIZES = ("width", "depth", "heads", "vectors")


def conditioning_source(model, class_names):
    """Return the representation of the condition, and its encoder.

    Args:
        model: the "model" section of a translator.
        class_names: class names of the data, the possible labels.
    """
    kind = model["condition"]
    if kind not in CONDITION_KINDS:
        kinds = ", ".join(CONDITION_KINDS)
        raise ValueError(f"condition must be one of {kinds}; received {kind!r}")
    return _BUILDERS[kind](model, class_names)


def _texts(model, class_names):
    del class_names
    return Texts(model["length"]), TextEncoder(**_sizes(model))


def _labels(model, class_names):
    return Labels(class_names), LabelEncoder(**_sizes(model))


def _vectors(model, class_names):
    del class_names
    return Vectors(model["size"]), VectorEncoder(**_sizes(model))


def _sizes(model):
    keys = {name: f"encoder_{name}" for name in _SIZES}
    return {name: model[key] for name, key in keys.items() if key in model}


_BUILDERS = {"texts": _texts, "labels": _labels, "vectors": _vectors}
