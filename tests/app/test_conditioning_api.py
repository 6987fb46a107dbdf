"""The HTTP interface of models that match, tag, take conditions, or have labels."""

import io
import json
import re

import numpy as np
import pytest
import soundfile
from PIL import Image

pytestmark = pytest.mark.slow
JSON = {"Content-Type": "application/json"}


def wav(samples=1500):
    file = io.BytesIO()
    tone = 0.3 * np.sin(np.arange(samples) / 3)
    soundfile.write(file, tone, 8000, format="WAV")
    return file.getvalue()


def png():
    file = io.BytesIO()
    levels = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    Image.fromarray(levels).save(file, "PNG")
    return file.getvalue()


def npy(values):
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def levels(content):
    return np.asarray(Image.open(io.BytesIO(content)))


def test_what_models_take_is_listed(ask):
    models = {one["name"]: one for one in json.loads(ask("/api/models")[1])["models"]}
    found = {
        name: (models[name]["can"], models[name]["takes"], models[name]["draws"])
        for name in ("matcher", "vector_matcher", "tagger", "captions", "labels", "vectors")
    }
    assert found == {
        "matcher": (["match"], ["sounds", "pictures"], None),
        "vector_matcher": (["match"], ["vectors", "pictures"], None),
        "tagger": (["tag"], ["pictures"], None),
        "captions": (["paint"], ["texts"], "pictures"),
        "labels": (["compose"], ["labels"], "sounds"),
        "vectors": (["paint"], ["vectors"], "pictures"),
    }
    assert models["captions"]["text_bytes"] == 20
    assert models["labels"]["labels"] == models["tagger"]["labels"] == ["gloomy", "slow", "fast"]
    assert models["vectors"]["vector_size"] == models["vector_matcher"]["vector_size"] == 3
    assert models["matcher"]["picture_shape"] == [8, 8, 3]


def test_a_picture_is_tagged_as_python_tags_it(ask, further_models):
    status, answer = ask("/api/models/tagger/tag?count=2", png())
    found = json.loads(answer)["labels"]
    picture = levels(png()).astype(np.float32) / 255
    expected = further_models["tagger"].tag(picture, 2)
    assert (status, list(found)) == (200, list(expected))
    assert found == pytest.approx(expected, rel=1e-5)


def test_sounds_and_pictures_are_embedded_as_python_embeds_them(ask, further_models):
    model = further_models["matcher"]
    sound = soundfile.read(io.BytesIO(wav()), dtype="float32")[0]
    picture = levels(png()).astype(np.float32) / 255
    for content, expected in (
        (wav(), model.embed_sounds(sound)),
        (png(), model.embed_pictures(picture)),
    ):
        status, answer = ask("/api/models/matcher/embed", content)
        assert status == 200
        np.testing.assert_allclose(json.loads(answer)["vector"], expected, atol=1e-4)


def test_vectors_from_elsewhere_are_embedded(ask, further_models):
    status, answer = ask("/api/models/vector_matcher/embed", npy([1.0, -2.0, 0.5]))
    expected = further_models["vector_matcher"].embed_vectors([1.0, -2.0, 0.5])
    assert status == 200
    np.testing.assert_allclose(json.loads(answer)["vector"], expected, atol=1e-5)


@pytest.mark.parametrize(
    ("path", "body", "condition"),
    [
        ("captions/paint", {"text": "slow, gloomy"}, "slow, gloomy"),
        ("vectors/paint", {"vector": [1, -2, 0.5]}, [1, -2, 0.5]),
    ],
)
def test_conditions_are_painted_as_python_paints_them(ask, further_models, path, body, condition):
    status, answer = ask(f"/api/models/{path}?seed=3&guidance=2&temperature=0.9", body)
    assert status == 200
    model = further_models[path.split("/")[0]]
    (expected,) = model.sample(condition, 1, 3, 0.9, guidance=2.0).numpy()
    np.testing.assert_allclose(levels(answer), np.rint(255 * expected[..., 0]), atol=1)


def test_the_tags_of_a_picture_are_composed(ask):
    _, tags = ask("/api/models/tagger/tag", png())
    status, sound = ask("/api/models/labels/compose?seed=3&seconds=0.3", tags, **JSON)
    waveform, rate = soundfile.read(io.BytesIO(sound))
    assert (status, len(waveform), rate) == (200, 2400, 8000)
    assert np.std(waveform) > 1e-4
    other = {"labels": {"fast": 1.0}}
    assert ask("/api/models/labels/compose?seed=3&seconds=0.3", other)[1] != sound


def test_a_sound_is_composed_with_a_label_as_python_composes_it(ask, speaker_model):
    models = {one["name"]: one for one in json.loads(ask("/api/models")[1])["models"]}
    assert models["speaker"]["labels"] == ["jackson", "theo"]
    assert models["composer"]["labels"] == []
    grey = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    picture = np.float32(grey[..., None]) / 255
    path, sounds = "/api/models/speaker/compose?seed=3", {}
    for label in ("jackson", "theo"):
        status, sound = ask(f"{path}&label={label}", file.getvalue())
        assert status == 200
        sounds[label] = soundfile.read(io.BytesIO(sound))[0]
        expected = speaker_model.sample(picture, 1, 3, label=label)[0].numpy()
        expected /= max(1.0, np.abs(expected).max())  # a file holds at most full scale
        np.testing.assert_allclose(sounds[label], expected, atol=2e-3)
    assert np.abs(sounds["jackson"] - sounds["theo"]).max() > 0.01
    anybody = soundfile.read(io.BytesIO(ask(path, file.getvalue())[1]))[0]
    assert any(np.array_equal(anybody, sound) for sound in sounds.values())


def test_the_interface_is_described(ask):
    paths = json.loads(ask("/openapi.json")[1])["paths"]
    assert "/api/models/{name}/embed" in paths
    content = paths["/api/models/{name}/compose"]["post"]["requestBody"]["content"]
    assert set(content) == {"application/octet-stream", "application/json"}
    for verb in ("paint", "compose"):
        asked = paths[f"/api/models/{{name}}/{verb}"]["post"]["parameters"]
        assert "label" in {one["name"] for one in asked}
    assert set(content["application/json"]["schema"]["properties"]) == {"text", "labels", "vector"}
    answer = paths["/api/models/{name}/tag"]["post"]["responses"]["200"]["content"]
    assert "Tagged" in answer["application/json"]["schema"]["$ref"]


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("captions/paint", {"text": "x" * 21}, "at most 20 bytes in UTF-8.*received 21"),
        (
            "captions/paint",
            {"labels": {"fast": 1}},
            'conditioned on texts: send JSON such as {"text"',
        ),
        ("captions/paint", {"text": "a", "seed": 3}, "seed: Extra inputs are not permitted"),
        ("captions/paint", {"text": None}, "conditioned on texts: send JSON"),
        ("captions/paint", png(), "conditioned on texts: send JSON such as .*Invalid JSON"),
        ("captions/paint", b"[" * 50000, "conditioned on texts: send JSON"),
        ("captions/compose", {"text": "a"}, "the model captions cannot compose"),
        ("labels/compose", {"labels": {"loud": 1.0}}, "must be one of gloomy, slow, fast"),
        ("labels/compose", {"labels": {"slow": -1}}, "weight of slow must be a number from 0"),
        ("labels/compose", {"labels": {"slow": 1e39}}, "weight of slow must be a number from 0"),
        ("labels/compose", {"labels": {"slow": float("nan")}}, "slow"),
        ("labels/compose", {"labels": {}}, "must not all be zero"),
        ("labels/compose", {"labels": {"slow": "much"}}, "labels.slow: Input should be a valid"),
        ("labels/compose?seconds=99", {"labels": {"slow": 1}}, "seconds must be a number"),
        ("vectors/paint", {"vector": [1.0, 2.0]}, r"shape \[3\].*received shape \[2\]"),
        ("vectors/paint", {"vector": [1.0, 2.0, 1e300]}, "must be finite"),
        ("vectors/paint", {"vector": [[1.0, 2.0, 3.0]]}, "vector.0: Input should be a valid"),
        ("vectors/paint", npy([1.0, 2.0, 3.0]), 'send JSON such as {"vector"'),
        (
            "speaker/compose?label=george",
            png(),
            "label must be one of jackson, theo; received",
        ),
        ("labels/compose?label=slow", {"labels": {"slow": 1}}, "label must be left out"),
        ("tagger/tag", b"a text, renamed .png", "not a png, jpeg"),
        ("tagger/tag?count=0", png(), "count must be a whole number from 1"),
        ("tagger/embed", png(), "the model tagger cannot match"),
        ("matcher/tag", png(), "the model matcher cannot tag"),
        ("matcher/embed", b"a text", "not audio that can be read"),
        ("matcher/embed", png()[:60], "damaged|cannot be read"),
        ("matcher/embed", wav(8000 * 5), "lasts longer than 4 s"),
        ("matcher/log_prob", wav(), "no probability of one file"),
        ("vector_matcher/embed", npy([{}, {}, {}]), "Python objects, which are not loaded"),
        ("vector_matcher/embed", npy([1.0, 2.0]), "has 2 numbers, and the model takes 3"),
        ("vector_matcher/embed", npy([np.nan, 1, 2]), "NaN"),
        ("vector_matcher/embed", wav(), "is no .npy file"),
        ("vector_matcher/embed", b"\x93NUMPY\x01\x00\x03\x00{'(", "is damaged"),
    ],
)
def test_what_cannot_be_gives_a_sentence(refused, path, body, words):
    sentence = refused(400, f"/api/models/{path}", body)
    assert re.search(words, sentence), sentence
    assert len(sentence) < 500
