"""SavedModels of models with codes answer as Python does, and refuse what they should."""

import json

import numpy as np
import pytest
import tensorflow as tf
from exported import assert_documented, assert_without_xla

import tfaudiogen as tg
from tfaudiogen.models.autoencoders.code_levels import default_decoders, default_encoders
from tfaudiogen.models.priors.labels import choose_labels
from tfaudiogen.probability import noise
from tfaudiogen.serving.export import export
from tfaudiogen.serving.signatures import Limits, signatures_of
from tfaudiogen.serving.signatures.labels import RequestLabels

DRAW = {
    "seed": np.array([3, 4], np.int64),
    "temperature": np.array([0.9, 0.5], np.float32),
    "top_k": np.array([5, 0], np.int32),
    "top_p": np.array([0.9, 1.0], np.float32),
    "label": np.array(["high", ""]),
    "guidance": np.array([2.0, 1.0], np.float32),
}


@pytest.fixture(scope="module")
def model(code_model):
    return code_model


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    out = tmp_path_factory.mktemp("served") / "codes" / "1"
    return export(model, out, seconds=0.3, limits=Limits(4, 1.0))


@pytest.fixture(scope="module")
def ask(folder):
    """Return a function that asks a signature."""
    signatures = tf.saved_model.load(folder).signatures

    def ask_signature(name, **inputs):
        tensors = {key: tf.constant(value) for key, value in inputs.items()}
        return {key: value.numpy() for key, value in signatures[name](**tensors).items()}

    return ask_signature


@pytest.fixture(scope="module")
def sounds(ask):
    return ask("sample", **DRAW)["waveform"]


@pytest.mark.slow
def test_samples_are_those_of_python(model, sounds):
    assert sounds.shape == (2, 2400)
    options = {"seconds": 0.3, "phase": "graph"}
    first = model.sample(1, 3, "high", 0.9, 5, 0.9, 2.0, **options)
    np.testing.assert_allclose(sounds[:1], first, atol=1e-4)
    np.testing.assert_allclose(sounds[1:], model.sample(1, 4, None, 0.5, **options), atol=1e-4)


@pytest.mark.slow
def test_a_row_depends_on_itself_alone_and_a_seed_gives_the_same_bytes(ask, sounds):
    last = {key: values[1:] for key, values in DRAW.items()}
    np.testing.assert_array_equal(ask("sample", **last)["waveform"], sounds[1:])


def test_words_of_labels_are_drawn_as_python_draws_them():
    names, seeds = ["oboe A4", "oboe C5", "bell C5"], list(range(20))
    labels = ["oboe", "C5", "bell C5", "oboe bell", ""] * 4
    draw = tf.function(RequestLabels(names).drawn)
    drawn = draw(tf.constant(seeds, tf.int64), tf.constant(labels))
    for found, seed, label in zip(drawn.numpy(), seeds, labels, strict=True):
        if label in ("oboe bell", ""):
            assert found == -1
        else:
            assert found == choose_labels(names, 3, label, 1, noise.key(seed, 1)).numpy()[0]


@pytest.mark.slow
def test_the_graph_draws_the_codes_that_the_compiled_sampler_draws(model):
    key, graph, label = noise.key(5, 1), model.graph_functions(1500), tf.constant([1])
    settings = {"temperature": 1.0, "top_k": 4, "top_p": 0.95, "guidance": 1.5}

    @tf.function
    def draw():
        scalars = {name: tf.constant(value) for name, value in settings.items()}
        return graph.sampler.codes(key, {"label": label}, scalars)

    expected = model.sample_codes(key, 2, label, settings)
    for found, wanted in zip(draw(), expected, strict=True):
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.slow
@pytest.mark.parametrize("length", [900, 2400, 5000])
def test_sounds_of_any_length_get_the_answers_of_python(model, ask, sounds, length):
    waveform = np.resize(sounds, (2, length))
    codes = ask("encode", waveform=waveform)
    expected = model.encode(waveform)
    for level in range(2):
        np.testing.assert_array_equal(codes[f"codes_{level}"], expected[level])
    found = ask("decode", **codes)["waveform"]
    np.testing.assert_allclose(found, model.decode(expected, phase="graph"), atol=1e-4)
    found = ask("reconstruct", waveform=waveform)["waveform"]
    np.testing.assert_allclose(found, model.reconstruct(waveform, phase="graph"), atol=1e-4)
    found = ask("log_prob", waveform=waveform, label=np.array(["low", ""]))["log_prob"]
    expected = [model.log_prob(waveform[0], "low")[0], model.log_prob(waveform[1])[0]]
    np.testing.assert_allclose(found, expected, rtol=1e-7)


@pytest.mark.slow
def test_it_says_what_it_is(ask, folder):
    facts = {name: values[1] for name, values in ask("describe", row=np.zeros(2, int)).items()}
    assert facts["class_names"].tolist() == [b"low", b"high"]
    assert facts["code_maps"].tolist() == [[4, 8, 1], [8, 16, 1]]
    assert (facts["code_counts"].tolist(), facts["sample_samples"]) == ([7, 9], 2400)
    assert (facts["temperature"], facts["guidance"]) == (1.0, 1.0)
    described = json.loads((folder / "assets.extra" / "description.json").read_text())
    inputs = described["signatures"]["sample"]["inputs"]
    assert inputs["label"] == "string [B]"
    assert described["signatures"]["decode"]["inputs"]["codes_0"] == "int32 [B, T, 8]"
    assert_documented(folder)
    assert_without_xla(folder)


CODES = {"codes_0": np.zeros((1, 4, 8), np.int32), "codes_1": np.zeros((1, 8, 16), np.int32)}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "inputs", "message"),
    [
        ("sample", {**DRAW, "label": np.array(["high", "deep"])}, "label must be one of low, high"),
        ("sample", {**DRAW, "guidance": DRAW["guidance"][::-1]}, "guidance must be 1 where"),
        ("sample", {**DRAW, "top_p": DRAW["top_p"] + 1}, "top_p must be from 0 to 1"),
        ("sample", {**DRAW, "top_k": -DRAW["top_k"]}, "top_k must be at least 1, or 0 for all"),
        ("sample", {**DRAW, "temperature": DRAW["temperature"] * np.nan}, "temperature must be"),
        ("sample", {**DRAW, "seed": -DRAW["seed"]}, "seed must be from 0"),
        ("sample", {**DRAW, "seed": DRAW["seed"][:1]}, "the same number of rows"),
        ("decode", {**CODES, "codes_1": CODES["codes_1"] + 9}, "codes_1 must be from 0 to 8"),
        ("decode", {**CODES, "codes_0": CODES["codes_0"] - 1}, "codes_0 must be from 0 to 6"),
        ("decode", {**CODES, "codes_0": CODES["codes_0"][:, :3]}, "codes_0 must have 4 time col"),
        ("decode", {**CODES, "codes_0": np.zeros((1, 6, 8), np.int32)}, "codes_1 must have 8 time"),
        ("decode", {key: np.repeat(codes, 9, 1) for key, codes in CODES.items()}, "at most 15"),
        ("decode", {key: codes[:, :0] for key, codes in CODES.items()}, "codes_0 must have 4 time"),
        ("encode", {"waveform": np.full((1, 9), np.inf, np.float32)}, "waveform must be finite"),
        ("encode", {"waveform": np.zeros((1, 8001), np.float32)}, "from 1 to 8000 samples"),
        (
            "log_prob",
            {"waveform": np.zeros((5, 9), np.float32), "label": np.array([""] * 5)},
            "from 1 to 4 rows",
        ),
    ],
)
def test_a_wrong_request_fails_with_its_reason(ask, name, inputs, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        ask(name, **inputs)


def autoencoder(quantizer, stride):
    spectrogram = tg.Spectrogram(8000, 128, 32, frames=32, bins=64)
    stages = [((8,), (stride,))]
    return tg.VQVAE(
        spectrogram,
        encoders=default_encoders(stages),
        decoders=default_decoders(stages, 2),
        quantizers=[quantizer],
    )


def test_several_codes_for_each_place_are_served():
    model = autoencoder(tg.ResidualQuantizer(5, quantizers=2, codebook_dim=3), 8)
    table = signatures_of(model).table()
    assert set(table) == {"serving_default", "reconstruct", "encode", "decode", "describe"}
    wave = np.random.default_rng(0).normal(0, 0.1, (1, 1500)).astype(np.float32)
    codes = table["encode"][0](tf.constant(wave))
    assert codes["codes_0"].shape == (1, 6, 8, 2)
    found = table["decode"][0](codes["codes_0"])["waveform"]
    expected = model.decode(model.encode(wave), phase="graph")
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_maps_without_halves_are_those_of_one_window():
    model = autoencoder(tg.VectorQuantizer(5, 3), 32)
    table = signatures_of(model).table()
    codes = table["encode"][0](tf.zeros((1, 900)))["codes_0"]
    assert codes.shape == (1, 1, 2)
    assert table["decode"][0](codes)["waveform"].shape == (1, 1024)
    with pytest.raises(tf.errors.InvalidArgumentError, match="from 1 to 1024 samples"):
        table["encode"][0](tf.zeros((1, 1025)))
    with pytest.raises(ValueError, match="even number of time columns"):
        model.encode(np.zeros(1025))


def test_a_model_that_draws_nothing_has_no_seconds():
    with pytest.raises(ValueError, match="seconds must be None for a model without a prior"):
        signatures_of(autoencoder(tg.VectorQuantizer(5, 3), 32), seconds=1.0)


def test_what_is_no_model_is_refused():
    with pytest.raises(ValueError, match="model must be one of ModalityModel, CodeModel"):
        signatures_of(tg.Spectrogram())
