"""What a user's keras.json and environment may say of Keras, and what a model makes of it."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import tfaudiogen

# Prints what models make of a ramp, in a Keras of channels first.
CHANNELS = """
import sys
import keras
import numpy as np
import tfaudiogen
sys.path.insert(0, sys.argv[1])
from test_keras_settings import of_a_ramp
assert keras.config.image_data_format() == "channels_first"
np.savez(sys.argv[2], *[of_a_ramp(tfaudiogen.load(name)) for name in sys.argv[3:]])
"""


def run(code, *arguments, **environment):
    """Run code in a process of its own and return what it printed and its error stream."""
    path = str(Path(tfaudiogen.__file__).parent.parent)
    environment = os.environ | {"PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"} | environment
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def of_a_ramp(model):
    """Return what the autoencoder of a model makes of an image that grows brighter."""
    model = getattr(model, "target", model)
    ramp = np.linspace(0.0, 1.0, np.prod(model.representation.image_shape), dtype=np.float32)
    return np.asarray(model(ramp.reshape(1, *model.representation.image_shape)))


@pytest.mark.slow
def test_shipped_models_do_not_read_where_keras_has_channels(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"image_data_format": "channels_first"}))
    names = ["music_vae", "speech_vqvae", "word_painter"]
    arguments = (os.path.dirname(__file__), tmp_path / "found.npz", *names)
    ran = run(CHANNELS, *arguments, KERAS_HOME=str(tmp_path))
    assert ran.returncode == 0, ran.stderr[-3000:]
    with np.load(tmp_path / "found.npz") as found:
        for name, one in zip(names, found.values(), strict=True):
            np.testing.assert_array_equal(one, of_a_ramp(tfaudiogen.load(name)))


@pytest.mark.parametrize(
    "code",
    [
        "import tfaudiogen; tfaudiogen.VAE",
        "from tfaudiogen.layers.representations import spectrogram",
        "from tfaudiogen.models.autoencoders import vae",
        "import sys; sys.argv = ['tfaudiogen', 'sample'];"
        "import runpy; runpy.run_module('tfaudiogen', run_name='__main__')",
    ],
    ids=["name", "layer", "model", "command"],
)
def test_another_backend_is_refused_in_one_sentence(code):
    ran = run(code, KERAS_BACKEND="jax")
    assert ran.returncode != 0
    last = ran.stderr.splitlines()[-1]
    assert "tfaudiogen computes by TensorFlow, and KERAS_BACKEND makes jax the backend" in last
    assert "KERAS_BACKEND=tensorflow before Python starts" in last


def test_the_backend_of_keras_json_is_refused_and_the_environment_comes_first(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "torch"}))
    code = "import tfaudiogen; tfaudiogen.load; print('loads')"
    settings = {"KERAS_HOME": str(tmp_path), "KERAS_BACKEND": ""}
    assert f"{tmp_path / 'keras.json'} makes torch the backend" in run(code, **settings).stderr


def test_keras_on_another_backend_is_seen(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="an import of Keras before makes jax the backend"):
        tfaudiogen.runtime.keras_backend.require_tensorflow()


@contextlib.contextmanager
def policy(name):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float64"])
def test_weights_of_other_precisions_are_refused(name):
    message = rf"float32, mixed_bfloat16 or mixed_float16, which keep .*; received {name}, which"
    pictures = tfaudiogen.Pictures(8, 8, 1)
    with policy(name), pytest.raises(ValueError, match=message):
        tfaudiogen.VAE(pictures)
    with policy(name):
        encoder = tfaudiogen.Encoder((4,), (4,))
    model = tfaudiogen.VAE(pictures, 2, encoder=encoder)
    with pytest.raises(ValueError, match=rf"received vae.*/encoder.* of {name}"):
        model.compile()


def test_a_saved_model_keeps_its_precision_whatever_keras_says():
    config = keras.saving.serialize_keras_object(tfaudiogen.VAE(tfaudiogen.Pictures(8, 8, 1), 2))
    with policy("float16"):
        model = keras.saving.deserialize_keras_object(config)
    assert {weight.dtype for weight in model.trainable_variables} == {"float32"}
    assert {layer.compute_dtype for layer in model._flatten_layers()} == {"float32"}
