"""A SavedModel answers as Python does, and refuses what it should."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from exported import assert_documented, assert_without_xla

from tfaudiogen import presets
from tfaudiogen.serving.export import export
from tfaudiogen.serving.signatures import Limits

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


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(7)
    return presets.get("sinewave_vae", **TINY).build(["bell", "ölfass"])


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    return export(model, tmp_path_factory.mktemp("served") / "1", limits=Limits(4, 1.0))


@pytest.fixture(scope="module")
def signatures(folder):
    return tf.saved_model.load(folder).signatures


@pytest.fixture(scope="module")
def sounds():
    time = np.arange(900) / 8000
    pitches = np.array([[300.0], [700.0], [2000.0]])
    return (0.5 * np.sin(2 * np.pi * pitches * time)).astype(np.float32)


def ask(signatures, name, **inputs):
    tensors = {key: tf.constant(value) for key, value in inputs.items()}
    return {key: value.numpy() for key, value in signatures[name](**tensors).items()}


def sample(signatures, seeds, temperature=1.0, component=-1):
    count = len(seeds)
    return ask(
        signatures,
        "sample",
        seed=np.array(seeds, np.int64),
        temperature=np.full(count, temperature, np.float32),
        component=np.full(count, component, np.int64),
    )["waveform"]


def test_samples_are_those_of_python(model, signatures):
    found = sample(signatures, [0, 5, 9], temperature=0.7, component=2)
    for row, seed in zip(found, [0, 5, 9], strict=True):
        expected = model.sample(1, seed, 0.7, component=2, phase="graph")[0]
        np.testing.assert_allclose(row, expected, atol=1e-4)
    np.testing.assert_array_equal(sample(signatures, [5]), sample(signatures, [5]))


@pytest.mark.slow
def test_a_row_depends_on_itself_alone(signatures, sounds):
    np.testing.assert_array_equal(sample(signatures, [3, 4])[1], sample(signatures, [4])[0])
    latents = ask(signatures, "encode", waveform=sounds)["latents"]
    requests = {
        "reconstruct": {"waveform": sounds},
        "encode": {"waveform": sounds},
        "decode": {"latents": latents},
        "log_prob": {"waveform": sounds},
        "interpolate": {"a": sounds, "b": sounds[::-1], "fraction": np.float32([0.2, 0.5, 0.9])},
    }
    for name, inputs in requests.items():
        (whole,) = ask(signatures, name, **inputs).values()
        assert len(np.unique(whole, axis=0)) == 3, name
        last = {key: values[2:] for key, values in inputs.items()}
        (alone,) = ask(signatures, name, **last).values()
        np.testing.assert_array_equal(alone, whole[2:], err_msg=name)


def test_reconstructions_of_any_length_are_those_of_python(model, signatures, sounds):
    for length in (1, 900, 5000):
        waveform = np.resize(sounds, (2, length))
        found = ask(signatures, "reconstruct", waveform=waveform)["waveform"]
        np.testing.assert_allclose(found, model.reconstruct(waveform, phase="graph"), atol=1e-4)


@pytest.mark.parametrize(
    "length", [5000, *(pytest.param(length, marks=pytest.mark.slow) for length in (900, 1025))]
)
def test_sounds_of_any_length_get_the_answers_of_python(model, signatures, sounds, length):
    waveform = np.resize(sounds, (2, length))
    latents = ask(signatures, "encode", waveform=waveform)["latents"]
    np.testing.assert_allclose(latents, model.encode(waveform), atol=1e-4)
    found = ask(signatures, "decode", latents=latents)["waveform"]
    np.testing.assert_allclose(found, model.decode(latents, phase="graph"), atol=1e-4)
    found = ask(signatures, "log_prob", waveform=waveform)["log_prob"]
    expected = [model.log_prob(sound)[0] for sound in waveform]
    np.testing.assert_allclose(found, expected, rtol=1e-7)


@pytest.mark.slow
def test_interpolation_is_that_of_python(model, signatures, sounds):
    fraction = np.array([0.0, 0.5, 1.0], np.float32)
    shorter, longer = sounds[0], np.resize(sounds[2], 1500)
    a, b = np.repeat(shorter[None], 3, axis=0), np.repeat(longer[None], 3, axis=0)
    found = ask(signatures, "interpolate", a=a, b=b, fraction=fraction)["waveform"]
    expected = model.interpolate(shorter, longer, steps=3, phase="graph")
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_array_equal(found[2:], model.decode(model.encode(longer), phase="graph"))


def test_it_says_what_it_is(signatures, folder):
    facts = ask(signatures, "describe", row=np.zeros(2, np.int64))
    assert facts["class_names"].shape == (2, 2)
    facts = {name: values[1] for name, values in facts.items()}
    assert (facts["sample_rate"], facts["most_rows"], facts["most_samples"]) == (8000, 4, 8000)
    assert [name.decode() for name in facts["class_names"]] == ["bell", "ölfass"]
    described = json.loads((folder / "assets.extra" / "description.json").read_text())
    assert described["class_names"] == ["bell", "ölfass"]
    assert described["signatures"]["encode"]["outputs"] == {"latents": "float32 [B, W, 6]"}
    assert_documented(folder)


@pytest.mark.parametrize(
    ("name", "inputs", "message"),
    [
        ("reconstruct", {"waveform": np.full((1, 9), np.nan)}, "waveform must be finite"),
        ("reconstruct", {"waveform": np.zeros((1, 0))}, "from 1 to 8000 samples at 8000 Hz"),
        ("reconstruct", {"waveform": np.zeros((1, 8001))}, "from 1 to 8000 samples"),
        ("reconstruct", {"waveform": np.zeros((5, 9))}, "from 1 to 4 rows"),
        ("reconstruct", {"waveform": np.zeros((0, 9))}, "from 1 to 4 rows"),
        ("encode", {"waveform": np.zeros((1, 8001))}, "from 1 to 8000 samples"),
        ("decode", {"latents": np.full((1, 1, 6), np.inf)}, "latents must be finite"),
        ("decode", {"latents": np.zeros((1, 0, 6))}, "latents must be of from 1 to 15 windows"),
        ("decode", {"latents": np.zeros((1, 16, 6))}, "latents must be of from 1 to 15 windows"),
        (
            "interpolate",
            {"a": np.zeros((1, 9)), "b": np.zeros((2, 9)), "fraction": np.zeros(1)},
            "the same number of rows",
        ),
        (
            "interpolate",
            {"a": np.zeros((1, 9)), "b": np.zeros((1, 9)), "fraction": np.ones(1) * 2},
            "fraction must be from 0 to 1",
        ),
    ],
)
def test_a_wrong_request_fails_with_its_reason(signatures, name, inputs, message):
    inputs = {key: value.astype(np.float32) for key, value in inputs.items()}
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        ask(signatures, name, **inputs)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": [-1]}, "seed must be from 0"),
        ({"seeds": [0], "temperature": -1.0}, "temperature must be from 0 to 10"),
        ({"seeds": [0], "component": 3}, "component must be from 0 to 2, or -1"),
    ],
)
def test_a_wrong_sample_is_refused(signatures, options, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        sample(signatures, **options)


def test_no_function_is_bound_to_xla(folder):
    assert_without_xla(folder)


@pytest.mark.slow
def test_longer_samples_are_asked_for_at_export(model, tmp_path):
    folder = export(model, tmp_path / "1", seconds=0.3)
    found = sample(tf.saved_model.load(folder).signatures, [1])
    expected = model.sample(1, seed=1, seconds=0.3, phase="graph")
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_bad_arguments_are_named(model, tmp_path):
    with pytest.raises(ValueError, match="is there already"):
        export(model, tmp_path)
    with pytest.raises(ValueError, match="seconds must be above 0 and at most 60.0; received 61"):
        export(model, tmp_path / "1", seconds=61)
    with pytest.raises(ValueError, match="batch must be at least 1; received 0"):
        Limits(batch=0)
