import shutil

import numpy as np
import pytest

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.saving.half_precision import halve

SMALL = {"spectrogram.frames": 32, "model.widths": (8, 8, 8), "model.latent_size": 4}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    model = presets.get("sinewave_vae", **SMALL).build()
    tfaudiogen.save(model, folder)
    return folder, model


def test_a_halved_model_has_its_weights_to_eleven_binary_digits(saved, tmp_path):
    folder, model = saved
    shutil.copy(folder / "model.keras", tmp_path)
    before, after = halve(tmp_path)
    assert after < 0.6 * before
    loaded = tfaudiogen.load(tmp_path)
    for mine, theirs in zip(loaded.weights, model.weights, strict=True):
        assert mine.dtype == theirs.dtype
        halved = np.float16(theirs) if theirs.dtype == "float32" else theirs
        np.testing.assert_array_equal(mine, halved)


def test_what_is_halved_stays_as_it_is(saved, tmp_path):
    shutil.copy(saved[0] / "model.keras", tmp_path)
    halve(tmp_path)
    once = tfaudiogen.load(tmp_path).sample(1, seed=0)
    before, after = halve(tmp_path)
    assert abs(before - after) < 100
    np.testing.assert_array_equal(tfaudiogen.load(tmp_path).sample(1, seed=0), once)


def test_weights_too_large_for_half_precision_stay_whole(saved, tmp_path):
    model = tfaudiogen.load(saved[0])
    large = np.full(model.weights[0].shape, 1e5 + 1.0, np.float32)
    model.weights[0].assign(large)
    tfaudiogen.save(model, tmp_path)
    halve(tmp_path)
    np.testing.assert_array_equal(tfaudiogen.load(tmp_path).weights[0], large)
