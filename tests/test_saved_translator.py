"""SavedModels of translators and embedders answer as Python does, and refuse what they should."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from exported import assert_documented, assert_without_xla
from small_models import speckles, tones

import tfaudiogen as tg
from tfaudiogen.serving.export import export
from tfaudiogen.serving.signatures import Limits, signatures_of

SIDE = 8
COLOUR = (SIDE, SIDE, 3)


class Asked:
    """A SavedModel that was written and loaded, beside the model."""

    def __init__(self, model, folder, seconds=None):
        self.model = model
        self.folder = export(model, folder, seconds, Limits(4, 1.0))
        self.signatures = tf.saved_model.load(self.folder).signatures

    def __call__(self, name, **inputs):
        tensors = {key: tf.constant(value) for key, value in inputs.items()}
        return {key: value.numpy() for key, value in self.signatures[name](**tensors).items()}


@pytest.fixture(scope="module")
def painter(painter_model, tmp_path_factory):
    return Asked(painter_model, tmp_path_factory.mktemp("served") / "painter" / "1")


@pytest.fixture(scope="module")
def composer(composer_model, tmp_path_factory):
    """Sounds of more than a window."""
    folder = tmp_path_factory.mktemp("served") / "composer" / "1"
    return Asked(composer_model, folder, seconds=0.16)


def draw(**changed):
    settings = {"seed": [4, 4], "temperature": [1.0, 0.8], "guidance": [1.0, 2.5], **changed}
    kinds = {"seed": np.int64, "temperature": np.float32, "guidance": np.float32}
    return {name: np.array(values, kinds[name]) for name, values in settings.items()}


@pytest.mark.slow
@pytest.mark.parametrize("samples", [300, 1300])
def test_sounds_of_any_length_are_painted_as_in_python(painter, samples):
    sources = tones(2, samples)
    found = painter("paint", waveform=sources, **draw())["picture"]
    assert found.shape == (2, SIDE, SIDE, 1)
    for row, (temperature, guidance) in enumerate([(1.0, 1.0), (0.8, 2.5)]):
        expected = painter.model.sample(
            sources[row], seed=4, temperature=temperature, guidance=guidance
        )
        np.testing.assert_allclose(found[row], expected[0], atol=1e-4)
    last = {name: values[1:] for name, values in {"waveform": sources, **draw()}.items()}
    np.testing.assert_array_equal(painter("paint", **last)["picture"], found[1:])


@pytest.mark.slow
def test_pictures_are_composed_as_in_python(composer):
    sources = speckles(2, COLOUR)
    found = composer("compose", picture=sources, **draw())["waveform"]
    assert found.shape == (2, 1280)
    assert np.std(found) > 1e-4
    for row, (temperature, guidance) in enumerate([(1.0, 1.0), (0.8, 2.5)]):
        expected = composer.model.sample(
            sources[row],
            seed=4,
            temperature=temperature,
            guidance=guidance,
            seconds=0.16,
            phase="graph",
        )
        np.testing.assert_allclose(found[row], expected[0], atol=1e-4)
    with pytest.raises(tf.errors.InvalidArgumentError, match="picture must hold numbers from 0"):
        composer("compose", picture=sources + 1.5, **draw())
    facts = {name: values[0] for name, values in composer("describe", row=np.zeros(1, int)).items()}
    assert facts["picture_shape"].tolist() == [SIDE, SIDE, 3]
    assert (facts["sample_rate"], facts["sample_samples"]) == (8000, 1280)
    assert "most_samples" not in facts


@pytest.mark.slow
def test_it_says_what_it_is(painter):
    facts = {name: values[0] for name, values in painter("describe", row=np.zeros(1, int)).items()}
    assert (facts["sample_rate"], facts["window_samples"], facts["most_samples"]) == (
        8000,
        1024,
        8000,
    )
    assert facts["picture_shape"].tolist() == [SIDE, SIDE, 1]
    extra = painter.folder / "assets.extra"
    described = json.loads((extra / "description.json").read_text())["signatures"]
    assert set(described) == {"serving_default", "paint", "describe"}
    assert described["paint"]["inputs"]["waveform"] == "float32 [B, N]"
    assert_documented(painter.folder)
    assert_without_xla(painter.folder)
    assert (extra / "tf_serving_warmup_requests").stat().st_size > 0


SOUND = np.zeros((2, 300), np.float32)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"waveform": SOUND * np.nan, **draw()}, "waveform must be finite"),
        ({"waveform": SOUND[:, :0], **draw()}, "from 1 to 8000 samples at 8000 Hz"),
        ({"waveform": np.zeros((2, 8001), np.float32), **draw()}, "from 1 to 8000"),
        ({"waveform": SOUND[:1], **draw()}, "the same number of rows"),
        ({"waveform": SOUND, **draw(guidance=[1, 21])}, "guidance must be from 0 to 20"),
        ({"waveform": SOUND, **draw(temperature=[1, -1])}, "temperature must be from"),
        ({"waveform": SOUND, **draw(seed=[0, -1])}, "seed must be from 0"),
    ],
)
def test_a_wrong_request_fails_with_its_reason(painter, inputs, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        painter("paint", **inputs)


def test_bad_durations_are_named(painter_model, composer_model):
    with pytest.raises(ValueError, match="seconds must be None where pictures are drawn"):
        signatures_of(painter_model, seconds=1.0)
    with pytest.raises(ValueError, match="seconds must be above 0 and at most 60.0; received 61"):
        signatures_of(composer_model, seconds=61)


@pytest.fixture(scope="module")
def embedder(painter_model, tmp_path_factory):
    keras.utils.set_random_seed(3)
    towers = [tg.EmbeddingTower(tg.SequenceEncoder((6,), (4,)), 5) for _ in range(2)]
    model = tg.AudioImageEmbedder(
        painter_model.source_representation, tg.Pictures(SIDE, SIDE, 3), *towers
    )
    for tower in towers:
        tower.centre.assign(np.linspace(-0.1, 0.1, 5))
    return Asked(model, tmp_path_factory.mktemp("served") / "embedder" / "1")


@pytest.mark.slow
@pytest.mark.parametrize("samples", [300, 1024, 2500])
def test_sounds_of_any_length_are_embedded_as_in_python(embedder, samples):
    sources = tones(3, samples)
    found = embedder("embed_sound", waveform=sources)["embedding"]
    np.testing.assert_allclose(found, embedder.model.embed_sounds(sources), atol=1e-4)


@pytest.mark.slow
def test_pictures_are_embedded_as_in_python(embedder):
    sources = speckles(3, COLOUR)
    found = embedder("embed_picture", picture=sources)["embedding"]
    np.testing.assert_allclose(found, embedder.model.embed_pictures(sources), atol=1e-4)
    facts = embedder("describe", row=np.zeros(1, int))
    assert (facts["embedding_size"], facts["sample_rate"]) == (5, 8000)
    with pytest.raises(tf.errors.InvalidArgumentError, match="picture must hold numbers"):
        embedder("embed_picture", picture=sources + 1)
    with pytest.raises(ValueError, match="seconds must be None for an embedder"):
        signatures_of(embedder.model, seconds=1.0)
