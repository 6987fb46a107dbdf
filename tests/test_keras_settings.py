"""What a user's keras.json and environment may say of Keras, and what a model makes of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

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
    ramp = np.linspace(0.0, 1.0, np.prod(model.spectrogram.image_shape), dtype=np.float32)
    return np.asarray(model(ramp.reshape(1, *model.spectrogram.image_shape)))


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
