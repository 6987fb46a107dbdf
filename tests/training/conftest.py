"""A data set and a preset on which a training takes a second."""

import dataclasses

import pytest
import tensorflow as tf

from tfaudiogen import presets
from tfaudiogen.data import prepare
from tfaudiogen.training import train

TINY = {
    "spectrogram.frames": 32,
    "spectrogram.bins": 32,
    "spectrogram.frame_length": 64,
    "model.widths": [8, 8],
    "model.strides": [4, 4],
    "model.channels": 4,
    "model.latent_size": 4,
    "model.hidden": 8,
    "model.components": 2,
    "fit.steps": 18,
    "fit.batch_size": 8,
}


def tiny_preset(**overrides):
    preset = presets.get("sinewave_vae", **{**TINY, **overrides})
    return dataclasses.replace(preset, fit={**preset.fit, "jit_compile": False})


@pytest.fixture(scope="session")
def preset():
    return tiny_preset()


@pytest.fixture(scope="session")
def data(tmp_path_factory, preset):
    """51 training windows: six steps of eight an epoch, and three examples left over."""
    out = tmp_path_factory.mktemp("prepared") / "tones"
    prepare("sinewave", out, count=64, progress=False, **preset.data)
    return out


@pytest.fixture(scope="session")
def finished(tmp_path_factory, preset, data):
    """The folder of a run of three epochs that nothing disturbed."""
    out = tmp_path_factory.mktemp("runs") / "finished"
    train(preset, data, out, progress=False)
    return out


@pytest.fixture(scope="session")
def logged():
    """Return a function from a run folder to {tag: its last value, of a sound not its picture}."""

    def read(folder):
        files = sorted(str(file) for file in (folder / "logs").glob("events.*"))
        found = {}
        for record in tf.data.TFRecordDataset(files):
            for value in tf.compat.v1.Event.FromString(record.numpy()).summary.value:
                found[value.tag] = value
        return found

    return read
