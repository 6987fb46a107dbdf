import io
import json
import zipfile

import h5py
import keras
import numpy as np
import pytest

import tfaudiogen
from tfaudiogen import presets, saving

SMALL = {"spectrogram.frames": 32, "model.widths": (8, 8, 8), "model.latent_size": 4}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("saved")
    model = presets.get("sinewave_vae", **SMALL).build(["sine", "chirp"])
    model.compile(keras.optimizers.Adam())
    tfaudiogen.save(model, folder)
    return folder, model


def test_a_loaded_model_is_the_saved_one(saved):
    folder, model = saved
    loaded = tfaudiogen.load(folder)
    np.testing.assert_array_equal(loaded.sample(2, seed=1), model.sample(2, seed=1))
    assert loaded.class_names == ["sine", "chirp"]
    assert loaded.representation.get_config() == model.representation.get_config()


def test_the_optimizer_is_left_out(saved):
    with zipfile.ZipFile(saved[0] / "model.keras") as archive:
        weights = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
        assert "encoder" in weights
        assert "optimizer" not in weights
        assert "optimizer" not in archive.read("config.json").decode()


def test_a_missing_model_names_the_shipped_ones(tmp_path):
    with pytest.raises(saving.ModelError, match=r"does not exist, and the shipped models are"):
        tfaudiogen.load(tmp_path / "nothing")


def test_a_truncated_file_is_damaged(saved, tmp_path):
    data = (saved[0] / "model.keras").read_bytes()
    (tmp_path / "model.keras").write_bytes(data[: len(data) // 2])
    with pytest.raises(saving.ModelError, match="damaged"):
        tfaudiogen.load(tmp_path)


def altered(source, target, change):
    """Copy a Keras file with its configuration changed."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "config.json":
                data = json.dumps(change(json.loads(data))).encode()
            new.writestr(name, data)


def test_a_foreign_class_is_refused_before_anything_is_built(saved, tmp_path):
    def change(config):
        config["config"]["encoder"] |= {
            "module": "os",
            "class_name": "system",
            "registered_name": None,
        }
        return config

    altered(saved[0] / "model.keras", tmp_path / "model.keras", change)
    with pytest.raises(saving.ModelError, match=r"asks for os\.system"):
        tfaudiogen.load(tmp_path)


def test_a_lambda_layer_is_refused(saved, tmp_path):
    layer = keras.layers.Lambda(lambda x: x)

    def change(config):
        config["config"]["encoder"] = keras.saving.serialize_keras_object(layer)
        return config

    altered(saved[0] / "model.keras", tmp_path / "model.keras", change)
    with pytest.raises(saving.ModelError):
        tfaudiogen.load(tmp_path)


def test_a_plain_keras_model_is_foreign(tmp_path):
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(tmp_path / "model.keras")
    with pytest.raises(saving.ModelError, match="not a tfaudiogen model"):
        tfaudiogen.load(tmp_path)
