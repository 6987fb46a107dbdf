"""The model that a training begins with: fresh, or with the weights of a saved one."""

import dataclasses

from tfaudiogen import saving

# What a training counts anew; "updates" are those of the prior, which then adapts faster.
_OWN_STATE = ("step", "fault", "totals", "updates")


def for_fine_tuning(preset):
    """Return the preset with the KL weight that its annealing ends at.

    A model that is trained already has a posterior worth keeping; a new ramp would loosen it.
    """
    weight = preset.model.get("kl_weight")
    if not isinstance(weight, dict):
        return preset
    return dataclasses.replace(preset, model={**preset.model, "kl_weight": weight["weight"]})


def take_weights(model, initial):
    """Give `model` the weights of a saved model.

    Args:
        model: `ProbabilisticModel` of the preset.
        initial: folder or name of a saved model of the same geometry and sizes.

    Raises:
        ValueError: geometry or sizes differ, naming the first that does.
    """
    source = saving.load(initial)
    _check_geometry(model, source, initial)
    if hasattr(model, "take_autoencoder") and not hasattr(source, "take_autoencoder"):
        model.take_autoencoder(source)
        return
    pairs = list(zip(model.weights, source.weights, strict=False))
    shapes = [(tuple(target.shape), tuple(weight.shape)) for target, weight in pairs]
    if len(model.weights) != len(source.weights) or any(a != b for a, b in shapes):
        raise ValueError(
            f"initial model {str(initial)!r} has other layers than the preset "
            f"({source.count_params():,} parameters, not {model.count_params():,}): give the model "
            "settings that it was trained with (--set model.KEY=VALUE; see its preset.json)"
        )
    for target, weight in pairs:
        if target.name not in _OWN_STATE:
            target.assign(weight)


def _check_geometry(model, source, initial):
    wanted, found = (m.spectrogram.get_config() for m in (model, source))
    for key, value in wanted.items():
        if key != "name" and found.get(key) != value:
            raise ValueError(
                f"{key} of the spectrogram of the initial model {str(initial)!r} is "
                f"{found.get(key)!r} and the preset's is {value!r}: choose the preset that the "
                "model was trained with, or another model"
            )
