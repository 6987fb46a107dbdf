import keras
import numpy as np
import pytest
import tensorflow as tf

import tfaudiogen
from tfaudiogen import presets

TINY = {
    "spectrogram.frames": 32,
    "spectrogram.bins": 64,
    "model.widths": (8, 12),
    "model.strides": (4, 2),
    "model.channels": 4,
    "model.latent_size": 6,
    "model.hidden": 16,
    "model.components": 3,
}


@pytest.fixture(scope="session")
def tones():
    """Eleven tones of one window, [11, N]."""
    time = np.arange(1024) / 8000
    pitches = np.linspace(200, 3000, 11)[:, None]
    return (0.5 * np.sin(2 * np.pi * pitches * time)).astype(np.float32)


@pytest.fixture
def tiny():
    """Return a function that builds a tiny VAE, with the preset's settings changed."""

    def build(**changes):
        keras.utils.set_random_seed(7)
        return presets.get("sinewave_vae", **{**TINY, **changes}).build(["tone"])

    return build


@pytest.fixture(scope="session")
def batches(tones):
    """Return a function from a batch size to batches; the last one is not full."""
    spectrogram = tfaudiogen.Spectrogram(8000, 128, 32, frames=32, bins=64)
    images = spectrogram(tones)
    frames = np.full(len(tones), 32, np.int32)
    frames[::3] = 20
    values = {"image": images, "id": np.arange(len(tones)), "frames": frames}

    def make(size):
        return tf.data.Dataset.from_tensor_slices(values).batch(size)

    return make
