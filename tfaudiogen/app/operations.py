"""What users ask a model for, checked against the limits: waveforms out, nothing written."""

import math

import numpy as np

from tfaudiogen.app.limits import Refused, number
from tfaudiogen.app.studio import abilities
from tfaudiogen.app.uploads import read_upload

_LARGEST_SEED = 2**31 - 1
_HOTTEST = 4.0


def sample(studio, name, count=1, seconds=None, seed=0, temperature=1.0, component=None):
    """Return new sounds float32 [count, N]; arguments as in the model's `sample`.

    Raises:
        Refused: an argument is out of its range.
    """
    limits = studio.limits
    count = number("count", count, 1, limits.count, int)
    seed = number("seed", seed, 0, _LARGEST_SEED, int)
    temperature = number("temperature", temperature, 0.0, _HOTTEST)
    if seconds is not None:
        seconds = number("seconds", seconds, 0.01, limits.seconds)
    model = able(studio, name, "sample")
    component = _component(model, component)
    with studio.turn.taken():
        return np.asarray(model.sample(count, seed, temperature, component, seconds))


def reconstruct(studio, name, path):
    """Return an uploaded sound and what the model makes of it, both float32 [N]."""
    model = able(studio, name, "reconstruct")
    with studio.turn.taken():
        original = read_upload(path, model.spectrogram.sample_rate, studio.limits)
        return original, np.asarray(model.reconstruct(original))


def log_prob(studio, name, path, seed=0):
    """Return (nats, bits per dimension) of the first window of an uploaded sound."""
    model = able(studio, name, "reconstruct")
    with studio.turn.taken():
        window = first_window(studio, model, path)
        nats = float(model.log_prob(window, seed=number("seed", seed, 0, _LARGEST_SEED, int))[0])
    frames, bins, _ = model.spectrogram.image_shape
    used = min(frames, math.ceil(len(window) / model.spectrogram.hop))
    return nats, -nats / (math.log(2.0) * used * bins)


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
    """Return how many components the model's prior has to choose from."""
    return getattr(model.prior, "components", 1)


def _component(model, component):
    if component is None:
        return None
    return number("component", component, 0, components(model) - 1, int)
