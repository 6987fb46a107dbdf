"""A data set and a preset on which a training takes a second."""

import dataclasses

import numpy as np
import pytest
import small_presets
import soundfile
import tensorflow as tf
from PIL import Image

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
def staged(preset):
    """A preset with priors over codes of two levels."""
    return small_presets.coded(preset.spectrogram)


@pytest.fixture(scope="session")
def painter(preset):
    """A preset that translates sounds into the codes of pictures."""
    return presets.get("digit_painter", **_painting(preset))


@pytest.fixture(scope="session")
def flow(preset):
    """A preset that translates sounds into the vectors of pictures."""
    return presets.get(
        "digit_painter_flow", **_painting(preset), **{"translator.ema_momentum": 0.5}
    )


def _painting(preset):
    return {**small_presets.PAIRED, "translator.spectrogram": preset.spectrogram}


@pytest.fixture(scope="session")
def pairs(tmp_path_factory, painter):
    """24 sounds, each with a picture of 8 x 8."""
    folder = tmp_path_factory.mktemp("pairs")
    generator = np.random.default_rng(0)
    for number in range(24):
        soundfile.write(folder / f"{number}.wav", 0.1 * generator.normal(size=1500), 8000)
        levels = generator.integers(0, 256, (8, 8), np.uint8)
        Image.fromarray(levels).save(folder / f"{number}.png")
    prepare(folder, folder / "data", "audio_image_pairs", progress=False, **painter.data)
    return folder / "data"


@pytest.fixture(scope="session")
def logged():
    """Return a function from a run folder to {tag: its last value}."""

    def read(folder):
        files = sorted(str(file) for file in (folder / "logs").glob("events.*"))
        found = {}
        for record in tf.data.TFRecordDataset(files):
            for value in tf.compat.v1.Event.FromString(record.numpy()).summary.value:
                found[value.tag] = value
        return found

    return read
