"""SavedModels of translators with labels: who speaks is chosen, or drawn as Python draws it."""

import json

import numpy as np
import pytest
import tensorflow as tf
from small_models import speckles

from tfaudiogen.probability import noise
from tfaudiogen.serving.export import export
from tfaudiogen.serving.signatures import Limits, signatures_of

DRAW = {
    "picture": speckles(3, (8, 8, 1)),
    "seed": np.array([4, 5, 6], np.int64),
    "temperature": np.array([1.0, 0.9, 1.0], np.float32),
    "guidance": np.array([1.0, 2.0, 1.0], np.float32),
    "label": np.array(["theo", "jackson", ""]),
}


@pytest.fixture(scope="module")
def folder(speaker_model, tmp_path_factory):
    return export(speaker_model, tmp_path_factory.mktemp("served") / "1", limits=Limits(8, 1.0))


@pytest.fixture(scope="module")
def ask(folder):
    """Return a function that asks a signature."""
    signatures = tf.saved_model.load(folder).signatures

    def ask_signature(name, **inputs):
        tensors = {key: tf.constant(value) for key, value in inputs.items()}
        return {key: value.numpy() for key, value in signatures[name](**tensors).items()}

    return ask_signature


def drawn_in_python(model, row, label):
    """Return what the model draws for a row of `DRAW`."""
    names = ("seed", "temperature", "guidance")
    settings = {name: DRAW[name][row].item() for name in names}
    return model.sample(DRAW["picture"][row], label=label, phase="graph", **settings)[0]


@pytest.mark.slow
def test_sounds_with_a_label_and_without_are_those_of_python(speaker_model, ask):
    found = ask("compose", **DRAW)["waveform"]
    for row, label in enumerate(["theo", "jackson", None]):
        expected = drawn_in_python(speaker_model, row, label)
        np.testing.assert_allclose(found[row], expected, atol=1e-4)
    others = ask("compose", **{**DRAW, "label": DRAW["label"][[1, 0, 2]]})["waveform"]
    assert np.abs(others[:2] - found[:2]).max() > 1e-3
    np.testing.assert_array_equal(others[2], found[2])


@pytest.mark.slow
def test_without_a_label_each_seed_draws_the_one_that_python_draws(speaker_model, ask):
    seeds = np.arange(8)
    one = {name: np.repeat(values[:1], 8, axis=0) for name, values in DRAW.items()}
    drawn = {
        label: ask("compose", **{**one, "seed": seeds, "label": np.array([label] * 8)})["waveform"]
        for label in ("", "jackson", "theo")
    }
    labels = [speaker_model.labels(None, noise.key(int(seed), 1)).numpy()[0] for seed in seeds]
    assert set(labels) == {0, 1}
    for row, label in enumerate(labels):
        own = drawn[["jackson", "theo"][label]][row]
        np.testing.assert_array_equal(drawn[""][row], own)


@pytest.mark.slow
def test_an_unknown_label_is_refused_with_the_known_ones(ask):
    for wrong in ("george", "7 jackson", "jackson theo", " "):
        inputs = {**DRAW, "label": np.array(["theo", wrong, ""])}
        with pytest.raises(tf.errors.InvalidArgumentError, match="must be one of jackson, theo"):
            ask("compose", **inputs)


@pytest.mark.slow
def test_rows_that_do_not_fit_are_named(ask):
    inputs = {**DRAW, "label": DRAW["label"][:2]}
    with pytest.raises(tf.errors.InvalidArgumentError, match="the same number of rows"):
        ask("compose", **inputs)


@pytest.mark.slow
def test_it_says_which_labels_there_are(speaker_model, painter_model, ask, folder):
    facts = {name: values[0] for name, values in ask("describe", row=np.zeros(1, int)).items()}
    assert facts["labels"] == 2
    assert facts["label_names"].tolist() == [b"jackson", b"theo"]
    assert facts["class_names"].tolist() == [b"7 jackson", b"8 theo", b"7 theo"]
    described = json.loads((folder / "assets.extra" / "description.json").read_text())
    assert described["label_names"] == speaker_model.label_names
    assert described["signatures"]["compose"]["inputs"]["label"] == "string [B]"
    assert "jackson" in (folder / "assets.extra" / "card.md").read_text()
    without = signatures_of(painter_model)
    assert "label" not in without.table()["paint"][1]
    assert "labels" not in without.facts()
