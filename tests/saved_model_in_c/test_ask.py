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
from tfaudiogen.serving.export import export
from tfaudiogen.serving.signatures import Limits

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
        self.signatures, self.asked = graph.signature_def, set()

    def ask(self, name, **inputs):
        (answer,) = self.ask_all((name, inputs))
        assert isinstance(answer, dict), answer
        return answer

    def ask_all(self, *requests):
        """Return for each request its outputs, or the message it failed with, of one process."""
        written = [self._write(place, *request) for place, request in enumerate(requests)]
        process = subprocess.run(
            [self.program, self.folder],
            input="\n".join(line for lines, _ in written for line in [*lines, "run"]),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        assert process.returncode == 0, process.stderr
        said = iter(process.stdout.splitlines())
        return [self._read(outputs, said) for _, outputs in written]

    def _write(self, place, name, inputs):
        """Return the lines of a request and the files and types of its outputs."""
        signature, lines, outputs = self.signatures[name], [], {}
        self.asked.add(name)
        for key, values in inputs.items():
            path = self.work / f"{place}_{key}.raw"
            path.write_bytes(_raw(values))
            operation, index = signature.inputs[key].name.split(":")
            dtype = tf.string if values.dtype.kind == "U" else tf.as_dtype(values.dtype)
            type_ = dtype.as_datatype_enum
            sizes = " ".join(map(str, values.shape))
            lines.append(f"input {operation} {index} {type_} {path} {values.ndim} {sizes}")
        for key, info in signature.outputs.items():
            operation, index = info.name.split(":")
            path = self.work / f"{place}_{key}.out"
            lines.append(f"output {operation} {index} {path}")
            outputs[key] = path, tf.as_dtype(info.dtype).as_numpy_dtype
        return lines, outputs

    @staticmethod
    def _read(outputs, said):
        answer = {}
        for key, (path, type_) in outputs.items():
            line = next(said)
            if line.startswith("failed "):
                return line
            answer[key] = _values(path, type_).reshape(tuple(map(int, line.split())))
        return answer


def _raw(values):
    """Return the bytes of an array; after each text stands a zero."""
    if values.dtype.kind == "U":
        return b"".join(text.encode() + b"\0" for text in values.ravel())
    return np.ascontiguousarray(values).tobytes()


def _values(path, type_):
    if type_ is object:
        return np.array(path.read_bytes().decode().split("\0")[:-1])
    return np.fromfile(path, type_)


def tiny():
    keras.utils.set_random_seed(7)
    sizes = {"widths": (8, 12), "strides": (4, 2), "channels": 4, "latent_size": 6, "hidden": 16}
    changes = {f"model.{name}": value for name, value in sizes.items()}
    return presets.get("sinewave_vae", **changes).build(["tone"])


MADE = ["code_model", "painter_model", "composer_model", "speaker_model"]


@pytest.mark.parametrize("name", [*MADE, *saving.shipped()])
def test_every_signature_answers_as_python_does(program, tmp_path, name, request):
    model = request.getfixturevalue(name) if name in MADE else tfaudiogen.load(name)
    served = Served(program, export(model, tmp_path / "1"), tmp_path)
    checks = {tfaudiogen.CodeModel: check_codes, tfaudiogen.Translator: check_translation}
    checks.get(type(model), check_latents)(served, model)
    facts = served.ask("describe", row=np.zeros(1, np.int64))
    assert facts["class_names"][0].tolist() == model.class_names
    sounds = (getattr(model, "source_representation", None), model.representation)
    rate = next(one.sample_rate for one in sounds if hasattr(one, "sample_rate"))
    assert facts["sample_rate"].tolist() == [rate]
    same = {"serving_default", "__saved_model_init_op"}  # as another one, and no question
    assert served.asked == set(served.signatures) - same


def test_models_of_pictures_answer_as_python_does(program, tmp_path):
    keras.utils.set_random_seed(7)
    pictures = tfaudiogen.Pictures(8, 8, 3)
    prior = tfaudiogen.GaussianMixturePrior(4, components=2)
    model = tfaudiogen.VAE(pictures, latent_size=4, prior=prior)
    served = Served(program, export(model, tmp_path / "1", limits=Limits(4)), tmp_path)
    pictures = model.sample(2, 3).numpy()
    nan = pictures * np.nan
    again, means, bound, refused, misshapen = served.ask_all(
        ("reconstruct", {"picture": pictures}),
        ("encode", {"picture": pictures}),
        ("log_prob", {"picture": pictures}),
        ("reconstruct", {"picture": nan}),
        ("decode", {"latents": np.zeros((1, 5), np.float32)}),
    )
    np.testing.assert_allclose(again["picture"], model.reconstruct(pictures), atol=1e-4)
    np.testing.assert_allclose(means["latents"], model.encode(pictures), atol=1e-4)
    alone = [model.log_prob(one)[0] for one in pictures]
    np.testing.assert_allclose(bound["log_prob"], alone, rtol=1e-5)
    assert "picture must hold numbers from 0 to 1" in refused
    assert "latents must have the shape [B, 4]" in misshapen


def check_latents(served, model):
    draw = {
        "seed": np.array([3], np.int64),
        "temperature": np.array([0.8], np.float32),
        "component": np.array([-1], np.int64),
    }
    sound = served.ask("sample", **draw)["waveform"]
    assert np.abs(sound).max() > 0
    expected = {"sample": np.asarray(model.sample(1, 3, 0.8, phase="graph"))}
    found = {"sample": sound}
    again = served.ask("sample", **draw)["waveform"]  # of another process
    np.testing.assert_array_equal(again, sound)
    longer = np.pad(sound, [(0, 0), (0, 100)])
    latents = served.ask("encode", waveform=longer)["latents"]
    assert latents.shape == (1, 2, model.latent_size)
    found["encode"], expected["encode"] = latents, model.encode(longer)
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
    bound = served.ask("log_prob", waveform=longer)["log_prob"]
    np.testing.assert_allclose(bound, model.log_prob(longer), rtol=0, atol=1e-4)


def check_codes(served, model):
    label = model.class_names[-1]
    draw = {
        "seed": np.array([3], np.int64),
        "temperature": np.array([0.9], np.float32),
        "top_k": np.array([6], np.int32),
        "top_p": np.array([0.95], np.float32),
        "label": np.array([label]),
        "guidance": np.array([1.5], np.float32),
    }
    sound = served.ask("sample", **draw)["waveform"]
    expected = model.sample(1, 3, label, 0.9, 6, 0.95, 1.5, phase="graph")
    np.testing.assert_allclose(sound, expected, atol=1e-4)
    longer = np.pad(sound, [(0, 0), (0, 100)])
    codes = served.ask("encode", waveform=longer)
    python = model.encode(longer)
    for level, code in enumerate(python):
        np.testing.assert_array_equal(codes[f"codes_{level}"], code)
    found = served.ask("decode", **codes)["waveform"]
    np.testing.assert_allclose(found, model.decode(python, phase="graph"), atol=1e-4)
    found = served.ask("reconstruct", waveform=longer)["waveform"]
    np.testing.assert_allclose(found, model.reconstruct(longer, phase="graph"), atol=1e-4)
    bound = served.ask("log_prob", waveform=longer, label=np.array([label]))["log_prob"]
    np.testing.assert_allclose(bound, model.log_prob(longer, label), rtol=0, atol=1e-4)
    wrong = {**draw, "label": np.array(["no such label"])}
    (refused,) = served.ask_all(("sample", wrong))
    assert "label must be one of" in refused


def check_translation(served, model):
    settings = {"temperature": np.array([0.9], np.float32), "guidance": np.array([2.0], np.float32)}
    settings["seed"] = np.array([3], np.int64)
    label = model.label_names[-1] if model.label_names else None
    settings |= {"label": np.array([label])} if label else {}
    draw, shape = np.random.default_rng(0), model.source_representation.image_shape
    if model.source_representation.kind == "sounds":
        name, source = "paint", {"waveform": draw.normal(0, 0.2, (1, 1500)).astype(np.float32)}
        wrong, message = {"waveform": source["waveform"][0]}, "waveform must have the shape [B, N]"
    else:
        name, source = "compose", {"picture": draw.random((1, *shape)).astype(np.float32)}
        wrong, message = (
            {"picture": source["picture"][:, 1:]},
            f"must have the shape [B, {shape[0]}",
        )
    found, refused = served.ask_all((name, {**source, **settings}), (name, {**wrong, **settings}))
    (one,) = source.values()
    expected = model.sample(one, 1, 3, 0.9, guidance=2.0, phase="graph", label=label)[:, 0]
    np.testing.assert_allclose(next(iter(found.values())), expected, atol=1e-4)
    assert message in refused


def wrong_requests(size):
    """Return (signature, inputs, part of the message) of what no server may fall over."""
    sound, nothing = np.zeros((1, 50), np.float32), np.zeros((1, 0), np.float32)
    one, integer = np.zeros(1, np.float32), np.zeros(1, np.int64)
    return [
        ("reconstruct", {"waveform": sound * np.nan}, "waveform must be finite"),
        ("reconstruct", {"waveform": sound[0]}, "waveform must have the shape [B, N]"),
        ("reconstruct", {"waveform": sound[..., None]}, "waveform must have the shape [B, N]"),
        ("reconstruct", {"waveform": np.float32(0)}, "waveform must have the shape [B, N]"),
        ("reconstruct", {"waveform": sound.astype(np.float64)}, "double"),
        ("reconstruct", {"waveform": sound.astype(np.int64)}, "int64"),
        ("reconstruct", {"waveform": nothing}, "waveform must have from 1 to 16000 samples"),
        ("reconstruct", {"waveform": nothing.T}, "from 1 to 4 rows"),
        ("reconstruct", {"waveform": np.zeros((1, 16001), np.float32)}, "from 1 to 16000 samples"),
        ("reconstruct", {"waveform": np.zeros((5, 9), np.float32)}, "from 1 to 4 rows"),
        ("encode", {"waveform": sound[0]}, "waveform must have the shape [B, N]"),
        ("log_prob", {"waveform": sound[None]}, "waveform must have the shape [B, N]"),
        ("log_prob", {"waveform": np.zeros((1, 16001), np.float32)}, "from 1 to 16000 samples"),
        ("decode", {"latents": np.zeros((1, 1, size + 1), np.float32)}, f"[B, W, {size}]"),
        ("decode", {"latents": np.zeros((1, size), np.float32)}, f"the shape [B, W, {size}]"),
        ("decode", {"latents": np.zeros((1, 99, size), np.float32)}, "latents must be of from 1"),
        ("interpolate", {"a": sound, "b": sound, "fraction": one[0]}, "the shape [B]"),
        ("interpolate", {"a": sound, "b": sound[0], "fraction": one}, "the shape [B, N]"),
        (
            "sample",
            {"seed": integer[None], "temperature": one, "component": integer},
            "seed must have the shape [B]",
        ),
        (
            "sample",
            {"seed": integer, "temperature": one * np.nan, "component": integer},
            "temperature must be from 0 to 10",
        ),
        ("describe", {"row": integer[0]}, "row must have the shape [B]"),
    ]


def test_wrong_requests_fail_with_their_reason_and_the_server_goes_on(program, tmp_path):
    model = tiny()
    folder = export(model, tmp_path / "1", limits=Limits(batch=4, seconds=2.0))
    served = Served(program, folder, tmp_path)
    good = ("encode", {"waveform": np.zeros((1, 50), np.float32)})
    wrong = wrong_requests(model.latent_size)
    answers = served.ask_all(good, *((name, inputs) for name, inputs, _ in wrong), good)
    np.testing.assert_array_equal(answers[0]["latents"], answers[-1]["latents"])
    for (name, inputs, message), answer in zip(wrong, answers[1:-1], strict=True):
        shapes = {key: values.shape for key, values in inputs.items()}
        assert isinstance(answer, str), f"{name} {shapes}: answered"
        assert message in answer, f"{name} {shapes}: {answer}"
