"""SavedModels of translators by a flow or a learned prior answer as Python does."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import stirred, vae

import tfaudiogen as tg
from tfaudiogen.serving.export import export
from tfaudiogen.serving.signatures import Limits

SIZES = {"width": 16, "depth": 1, "heads": 2}


@pytest.fixture(scope="module")
def translators(painter_model, composer_model):
    """A translator of each family, with targets that are there already."""
    keras.utils.set_random_seed(5)
    sounds, pictures = painter_model.source_representation, painter_model.representation
    encoders = [tg.SequenceEncoder((8, 12), (4, 2)) for _ in range(4)]
    learned = tg.VariationalTranslator(sounds, encoders[3], vae(pictures), hidden=8, heads=2)
    flows = [
        (sounds, painter_model.target),
        (composer_model.source_representation, composer_model.target),
        (sounds, vae(pictures)),
    ]
    made = [
        tg.FlowTranslator(source, encoder, target, **SIZES)
        for (source, target), encoder in zip(flows, encoders, strict=False)
    ]
    names = ("flow_of_codes", "flow_of_sounds", "flow_of_posteriors", "learned_prior")
    return dict(zip(names, map(stirred, [*made, learned]), strict=True))


def asked(model, folder, name, inputs, seconds=None):
    """Return what the SavedModel of a model answers, as it is and row by row."""
    signature = tf.saved_model.load(export(model, folder / "1", seconds, Limits(4, 1.0)))
    signature = signature.signatures[name]
    whole = signature(**{key: tf.constant(value) for key, value in inputs.items()})
    (whole,) = whole.values()
    last = signature(**{key: tf.constant(value[1:]) for key, value in inputs.items()})
    np.testing.assert_allclose(next(iter(last.values())), whole[1:], atol=1e-5)
    return signature, whole.numpy()


SETTINGS = {
    "temperature": np.array([1.0, 0.8], np.float32),
    "guidance": np.array([1.0, 2.5], np.float32),
    "rescale": np.array([0.0, 0.5], np.float32),
    "steps": np.array([3, 4], np.int32),
}
SEED = np.array([4, 5])


def expected(model, sources, **drawing):
    """Return the draws of Python, for settings of the names that the model has."""
    rows = []
    for row, one in enumerate(sources):
        settings = {name: values[row].item() for name, values in drawing["settings"].items()}
        where = {key: value for key, value in drawing.items() if key != "settings"}
        rows.append(model.sample(one, seed=int(SEED[row]), **settings, **where)[0])
    return np.stack(rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["flow_of_codes", pytest.param("flow_of_posteriors", marks=pytest.mark.slow), "learned_prior"],
)
def test_sounds_are_painted_as_in_python(translators, name, tmp_path):
    model = translators[name]
    sources = 0.3 * np.random.default_rng(0).normal(size=(2, 1300)).astype(np.float32)
    flows = isinstance(model, tg.FlowTranslator)
    settings = SETTINGS if flows else {"temperature": SETTINGS["temperature"]}
    inputs = {"waveform": sources, "seed": SEED, **settings}
    signature, found = asked(model, tmp_path, "paint", inputs)
    assert np.std(found) > 1e-3
    np.testing.assert_allclose(found, expected(model, sources, settings=settings), atol=1e-4)
    if flows:
        wrong = {**inputs, "steps": np.array([0, 4], np.int32)}
        with pytest.raises(tf.errors.InvalidArgumentError, match="steps must be from 1 to 64"):
            signature(**{key: tf.constant(value) for key, value in wrong.items()})


@pytest.mark.slow
def test_long_sounds_are_composed_as_in_python(translators, tmp_path):
    model = translators["flow_of_sounds"]
    sources = np.random.default_rng(1).random((2, 8, 8, 3), np.float32)
    inputs = {"picture": sources, "seed": SEED, **SETTINGS}
    _, found = asked(model, tmp_path, "compose", inputs, seconds=0.2)
    assert found.shape == (2, 1600)
    drawing = {"settings": SETTINGS, "seconds": 0.2, "phase": "graph"}
    np.testing.assert_allclose(found, expected(model, sources, **drawing), atol=1e-4)
