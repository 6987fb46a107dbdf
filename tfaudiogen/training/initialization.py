"""Initializes a model with weights of saved models, and builds the settings of a training."""

import dataclasses

from tfaudiogen import saving
from tfaudiogen.models.autoencoders.vqvae import VQVAE
from tfaudiogen.models.embedders.embedder import AudioImageEmbedder
from tfaudiogen.models.priors.code_model import CodeModel
from tfaudiogen.models.priors.code_prior import CodePrior
from tfaudiogen.models.translators.code import Translator
from tfaudiogen.training.settings import Settings

# Variables that are not copied. "updates" counts those of the prior, which adapts faster at first.
_OWN_STATE = ("step", "fault", "totals", "updates")


_NOUNS = {"sounds": "spectrogram", "pictures": "pictures", "vectors": "embeddings"}


def for_fine_tuning(preset):
    """Return the preset with the final KL weight instead of an annealing schedule.

    Annealing anew from a low KL weight would degrade the posterior of the trained model.
    """
    weight = preset.model.get("kl_weight")
    if not isinstance(weight, dict):
        return preset
    return dataclasses.replace(preset, model={**preset.model, "kl_weight": weight["weight"]})


def initialize_weights(model, initial, batches=()):
    """Initialize `model` with the weights of a saved model, or of saved parts.

    Args:
        model: `ProbabilisticModel` of the preset.
        initial: folder or name of a saved model: one of the same geometry and sizes (a `VQVAE` is
            fully convolutional, so its windows may differ in length), a `VQVAE` to initialize a
            `VQGAN`, or the autoencoder of a `CodePrior`. Or a list of the parts of a translator: a
            model with the autoencoder (the priors of a `CodeModel` are copied too), and an
            embedder.
        batches: batches of training data, from which a translator computes further values with
            these parts.

    Raises:
        ValueError: geometry or sizes differ; the message names the first difference.
    """
    if isinstance(initial, list):
        parts = [_initialize_part(model, part) for part in initial]
        for part in parts if batches else ():
            if isinstance(part, AudioImageEmbedder):
                model.initialize_anchors(part, batches)
        for part in parts if batches else ():
            if isinstance(part, CodeModel) and isinstance(model, Translator):
                model.initialize_mean_vector(part, batches)
    else:
        _initialize_whole(model, initial)


def _initialize_part(model, initial):
    """Initialize a part of a translator, and return the saved model it was copied from."""
    source = saving.load(initial)
    if isinstance(source, AudioImageEmbedder):
        model.initialize_encoder(source)
        return source
    _check_geometry(model, source, initial)
    if isinstance(source, CodeModel) and isinstance(model, Translator):
        model.initialize_from_code_model(source)
    else:
        model.initialize_autoencoder(_autoencoder_of(source))
    return source


def _autoencoder_of(model):
    """Return the autoencoder of a model, or the model if it is one."""
    return getattr(model, "autoencoder", getattr(model, "target", model))


def _initialize_whole(model, initial):
    source = saving.load(initial)
    if isinstance(model, CodePrior) and not isinstance(source, CodePrior):
        model.copy_codebook(source)
        return
    if not isinstance(source, type(model)):  # such as a model with priors, trained later
        source = _autoencoder_of(source)
    convolutions = isinstance(model, VQVAE) and isinstance(source, VQVAE)
    _check_geometry(model, source, initial, free=("frames",) if convolutions else ())
    weights, theirs = _alike(model, source)
    pairs = list(zip(weights, theirs, strict=False))
    shapes = [(tuple(target.shape), tuple(weight.shape)) for target, weight in pairs]
    if len(weights) != len(theirs) or any(a != b for a, b in shapes):
        raise ValueError(
            f"initial model {str(initial)!r} has other layers than the preset "
            f"({source.count_params():,} parameters, not {model.count_params():,}): give the model "
            "settings that it was trained with (--set model.KEY=VALUE; see its preset.json)"
        )
    for target, weight in pairs:
        if target.name not in _OWN_STATE:
            target.assign(weight)


def _alike(model, source):
    """Return the weights of `model` to assign, and the corresponding weights of `source`."""
    if isinstance(source, VQVAE) and isinstance(model, VQVAE) and type(source) is not type(model):
        return model.coder_weights, source.coder_weights  # only one has a discriminator
    return getattr(model, "base_weights", model.weights), source.weights


def _check_geometry(model, source, initial, free=()):
    """Raise ValueError if the representations differ in a setting that is not in `free`."""
    wanted, found = (m.representation.get_config() for m in (model, source))
    kinds = [m.representation.kind for m in (model, source)]
    if kinds[0] != kinds[1]:
        raise ValueError(
            f"the initial model {str(initial)!r} is one of {kinds[1]} and the preset is of "
            f"{kinds[0]}: choose another model or preset"
        )
    for key, value in wanted.items():
        if key not in ("name", "trainable", *free) and found.get(key) != value:
            raise ValueError(
                f"{key} of the {_NOUNS[kinds[0]]} of the initial model {str(initial)!r} is "
                f"{found.get(key)!r} and the preset's is {value!r}: choose the preset that the "
                "model was trained with, or another model"
            )


def settings_of(preset, summary, batch_size, seed, initial, stored):
    """Return the `Settings` of a training.

    Args:
        preset: the `Preset`.
        summary: the `DataSummary` of the data.
        batch_size: a number, "auto", or None for that of `stored` or else of the preset.
        seed: seed of the training.
        initial: folder or name of the initial model, or a list of its parts, or None.
        stored: `Settings` of the run to resume; None for a new run.
    """
    if batch_size is None or (batch_size == "auto" and stored):
        batch_size = stored.batch_size if stored else preset.fit["batch_size"]
    if stored and initial is None:
        initial = stored.initial
    preset = dataclasses.replace(preset, fit={**preset.fit, "batch_size": batch_size})
    preset = for_fine_tuning(preset) if initial else preset
    return Settings(
        preset=preset.as_dict(),
        data=str(summary.folder),
        examples=summary.examples,
        seed=seed,
        jit_compile=stored.jit_compile if stored else _decided(preset.fit["jit_compile"]),
        initial=_as_text(initial),
    )


def _as_text(initial):
    """Return paths as strings."""
    if isinstance(initial, list):
        return [str(folder) for folder in initial]
    return str(initial) if initial else None


def _decided(jit_compile):
    """Return the `jit_compile` of a preset, with None for "auto"."""
    if jit_compile not in ("auto", True, False):
        raise ValueError(f'fit.jit_compile must be "auto", true or false; received {jit_compile!r}')
    return None if jit_compile == "auto" else jit_compile
