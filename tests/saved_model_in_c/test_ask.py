"""A SavedModel is loaded and asked by a C program, against the library in TensorFlow's wheel."""

import os
import shutil
import subprocess
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.saved_model import loader_impl

import tfaudiogen
from tfaudiogen import presets, saving
from tfaudiogen.saved_model import export

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc (Debian package gcc)"),
]
LIBRARIES = Path(tf.__file__).parent


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    out = tmp_path_factory.mktemp("c") / "ask"
    source = Path(__file__).with_name("ask.c")
    command = ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", str(source), "-o", str(out)]
    command += [f"-I{tf.sysconfig.get_include()}", f"-L{LIBRARIES}", f"-Wl,-rpath,{LIBRARIES}"]
    command += ["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out


class Served:
    """A SavedModel that answers through the C program."""

    def __init__(self, program, folder, work):
        self.program, self.folder, self.work = program, folder, work
        (graph,) = loader_impl.parse_saved_model(str(folder)).meta_graphs
        self.signatures = graph.signature_def

    def run(self, name, **inputs):
        """Return the finished process and the files and types of the outputs."""
        signature, lines, outputs = self.signatures[name], [], {}
        for key, values in inputs.items():
            path = self.work / f"{name}_{key}.raw"
            np.ascontiguousarray(values).tofile(path)
            place, type_ = signature.inputs[key].name.split(":"), signature.inputs[key].dtype
            sizes = " ".join(map(str, values.shape))
            lines.append(f"input {place[0]} {place[1]} {type_} {path} {values.ndim} {sizes}")
        for key, info in signature.outputs.items():
            operation, index = info.name.split(":")
            path = self.work / f"{name}_{key}.out"
            lines.append(f"output {operation} {index} {path}")
            outputs[key] = path, tf.as_dtype(info.dtype).as_numpy_dtype
        process = subprocess.run(
            [self.program, self.folder],
            input="\n".join(lines),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        return process, outputs

    def ask(self, name, **inputs):
        process, outputs = self.run(name, **inputs)
        assert process.returncode == 0, process.stderr
        shapes = [tuple(map(int, line.split())) for line in process.stdout.splitlines()]
        return {
            key: np.fromfile(path, type_).reshape(shape)
            for (key, (path, type_)), shape in zip(outputs.items(), shapes, strict=True)
        }


def tiny():
    keras.utils.set_random_seed(7)
    sizes = {"widths": (8, 12), "strides": (4, 2), "channels": 4, "latent_size": 6, "hidden": 16}
    changes = {f"model.{name}": value for name, value in sizes.items()}
    return presets.get("sinewave_vae", **changes).build(["tone"])


def models():
    return {"tiny": tiny} | {
        name: lambda name=name: tfaudiogen.load(name) for name in saving.shipped()
    }


@pytest.mark.parametrize("name", models())
def test_every_signature_answers_as_python_does(program, tmp_path, name):
    model = models()[name]()
    served = Served(program, export(model, tmp_path / "1"), tmp_path)
    draw = {
        "seed": np.array([3], np.int64),
        "temperature": np.array([0.8], np.float32),
        "component": np.array([-1], np.int64),
    }
    sound = served.ask("sample", **draw)["waveform"]
    assert np.abs(sound).max() > 0
    expected = {"sample": np.asarray(model.sample(1, 3, 0.8, phase="graph"))}
    found = {"sample": sound}
    latents = served.ask("encode", waveform=sound)["latents"]
    found["encode"], expected["encode"] = latents, model.encode(sound)
    found["decode"] = served.ask("decode", latents=latents)["waveform"]
    expected["decode"] = model.decode(latents, phase="graph")
    found["reconstruct"] = served.ask("reconstruct", waveform=sound)["waveform"]
    expected["reconstruct"] = model.reconstruct(sound, phase="graph")
    half = np.array([0.5], np.float32)
    other = sound[:, ::-1].copy()
    found["interpolate"] = served.ask("interpolate", a=sound, b=other, fraction=half)["waveform"]
    expected["interpolate"] = model.interpolate(sound[0], other[0], steps=3, phase="graph")[1:2]
    for signature, value in found.items():
        np.testing.assert_allclose(value, expected[signature], atol=1e-4, err_msg=signature)
    bound = served.ask("log_prob", waveform=sound)["log_prob"]
    np.testing.assert_allclose(bound, model.log_prob(sound), rtol=1e-6)


def test_a_wrong_request_fails_with_its_reason(program, tmp_path):
    served = Served(program, export(tiny(), tmp_path / "1"), tmp_path)
    process, _ = served.run("reconstruct", waveform=np.full((1, 50), np.nan, np.float32))
    assert process.returncode == 1
    assert "waveform must be finite" in process.stderr
