"""SavedModels of models of pictures answer as Python does, and refuse what they should."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from exported import assert_documented, assert_without_xla

import tfaudiogen as tg
from tfaudiogen.models.autoencoders.code_levels import default_decoders, default_encoders
from tfaudiogen.serving.export import export
from tfaudiogen.serving.signatures import Limits, signatures_of

SHAPE = (8, 8, 3)
STAGES = [((6,), (2,)), ((6,), (2,))]


def vae():
    keras.utils.set_random_seed(7)
    return tg.VAE(
        tg.Pictures(*SHAPE),
        encoder=tg.Encoder((6,), (2,)),
        decoder=tg.Decoder((8, 8, 6), (6,), (2,)),
        head=tg.GaussianHead(4, hidden=6),
        prior=tg.GaussianMixturePrior(4, components=3),
        class_names=["day", "night"],
    )


def vqvae(kind=tg.VQVAE, **further):
    keras.utils.set_random_seed(8)
    likelihood = tg.PixelLikelihood(image_channels=3)
    return kind(
        tg.Pictures(*SHAPE),
        encoders=default_encoders(STAGES),
        decoders=default_decoders(STAGES, likelihood.channels, bin_bias=False),
        quantizers=[tg.VectorQuantizer(count, 4) for count in (7, 5)],
        likelihood=likelihood,
        class_names=["day", "night"],
        **further,
    )


def code_model():
    top = {"shape": (2, 2), "codebook_size": 5}
    priors = [
        tg.CodePrior(**top, backbone=tg.LSTMStack(8, 1), classes=2),
        tg.CodePrior((4, 4), 7, backbone=tg.LSTMStack(8, 1), maps=[top]),
    ]
    draw = np.random.default_rng(1)
    for weight in [w for prior in priors for w in prior.trainable_weights]:
        weight.assign(weight + 0.3 * draw.normal(size=weight.shape).astype(np.float32))
    return tg.CodeModel(vqvae(), priors)


@pytest.fixture(scope="module")
def pictures():
    levels = np.random.default_rng(0).integers(0, 256, (3, *SHAPE))
    return (levels / 255).astype(np.float32)


class Asked:
    """A SavedModel that was written and loaded, beside the model."""

    def __init__(self, model, folder):
        self.model = model
        self.folder = export(model, folder, limits=Limits(4))
        self.signatures = tf.saved_model.load(self.folder).signatures

    def __call__(self, name, **inputs):
        tensors = {key: tf.constant(value) for key, value in inputs.items()}
        return {key: value.numpy() for key, value in self.signatures[name](**tensors).items()}


@pytest.fixture(scope="module")
def latents(tmp_path_factory):
    return Asked(vae(), tmp_path_factory.mktemp("served") / "pictures" / "1")


@pytest.fixture(scope="module")
def codes(tmp_path_factory):
    return Asked(code_model(), tmp_path_factory.mktemp("served") / "codes" / "1")


def draw(**changed):
    settings = {"seed": [3, 9], "temperature": [0.7, 1.0], "component": [1, -1], **changed}
    kinds = {"seed": np.int64, "temperature": np.float32, "component": np.int64}
    return {name: np.array(values, kinds[name]) for name, values in settings.items()}


@pytest.mark.slow
def test_drawn_pictures_are_those_of_python(latents):
    found = latents("sample", **draw())["picture"]
    assert found.shape == (2, *SHAPE)
    model = latents.model
    np.testing.assert_allclose(found[:1], model.sample(1, 3, 0.7, component=1), atol=1e-4)
    np.testing.assert_allclose(found[1:], model.sample(1, 9), atol=1e-4)
    last = {name: values[1:] for name, values in draw().items()}
    np.testing.assert_array_equal(latents("sample", **last)["picture"], found[1:])


@pytest.mark.slow
def test_pictures_get_the_answers_of_python(latents, pictures):
    model = latents.model
    found = latents("reconstruct", picture=pictures)["picture"]
    np.testing.assert_allclose(found, model.reconstruct(pictures), atol=1e-4)
    means = latents("encode", picture=pictures)["latents"]
    np.testing.assert_allclose(means, model.encode(pictures), atol=1e-4)
    found = latents("decode", latents=means)["picture"]
    np.testing.assert_allclose(found, model.decode(means), atol=1e-4)
    found = latents("log_prob", picture=pictures)["log_prob"]
    expected = [model.log_prob(picture)[0] for picture in pictures]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    ends = {"a": pictures[[0, 0]], "b": pictures[[1, 1]]}
    found = latents("interpolate", **ends, fraction=np.array([0.5, 1.0], np.float32))["picture"]
    expected = model.interpolate(pictures[0], pictures[1], steps=3)[1:]
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.slow
def test_it_says_what_it_is(latents):
    facts = {name: values[0] for name, values in latents("describe", row=np.zeros(1, int)).items()}
    assert facts["picture_shape"].tolist() == list(SHAPE)
    assert facts["class_names"].tolist() == [b"day", b"night"]
    assert (facts["most_rows"], facts["latent_size"]) == (4, 4)
    assert not {"sample_rate", "most_samples", "most_windows", "sample_samples"} & set(facts)
    extra = latents.folder / "assets.extra"
    described = json.loads((extra / "description.json").read_text())["signatures"]
    assert described["encode"]["inputs"] == {"picture": "float32 [B, 8, 8, 3]"}
    assert described["encode"]["outputs"] == {"latents": "float32 [B, 4]"}
    assert "pictures float32 in [0, 1]" in (extra / "card.md").read_text()
    assert_documented(latents.folder)
    assert_without_xla(latents.folder)
    assert (extra / "tf_serving_warmup_requests").stat().st_size > 0


@pytest.mark.slow
def test_codes_of_pictures_are_sampled_and_encoded_as_in_python(codes, pictures):
    model = codes.model
    chosen = {"top_k": np.int32([4, 0]), "top_p": np.float32([0.9, 1.0])}
    chosen |= {"label": np.array(["night", ""]), "guidance": np.float32([1.5, 1.0])}
    seeds = {name: values for name, values in draw().items() if name != "component"}
    found = codes("sample", **seeds, **chosen)["picture"]
    first = model.sample(1, 3, "night", 0.7, 4, 0.9, 1.5)
    np.testing.assert_allclose(found[:1], first, atol=1e-4)
    np.testing.assert_allclose(found[1:], model.sample(1, 9), atol=1e-4)
    encoded = codes("encode", picture=pictures)
    for level, code in enumerate(model.encode(pictures)):
        np.testing.assert_array_equal(encoded[f"codes_{level}"], code)
    found = codes("decode", **encoded)["picture"]
    np.testing.assert_allclose(found, model.reconstruct(pictures), atol=1e-4)
    labels = np.array(["day", "", "night"])
    found = codes("log_prob", picture=pictures, label=labels)["log_prob"]
    expected = [
        model.log_prob(picture, label or None)[0]
        for picture, label in zip(pictures, labels.tolist(), strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_an_autoencoder_with_a_discriminator_is_served(pictures):
    model = vqvae(tg.VQGAN, discriminator=tg.PatchDiscriminator((4,)))
    table = signatures_of(model).table()
    assert set(table) == {"serving_default", "reconstruct", "encode", "decode", "describe"}
    found = table["reconstruct"][0](tf.constant(pictures))["picture"]
    np.testing.assert_allclose(found, model.reconstruct(pictures), atol=1e-4)


WRONG = np.zeros((1, *SHAPE), np.float32)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "inputs", "message"),
    [
        ("reconstruct", {"picture": WRONG + np.nan}, "picture must hold numbers from 0 to 1"),
        ("reconstruct", {"picture": WRONG + 200.0}, "picture must hold numbers from 0 to 1"),
        ("reconstruct", {"picture": WRONG - 0.1}, "levels divided by 255"),
        ("reconstruct", {"picture": np.repeat(WRONG, 5, axis=0)}, "from 1 to 4 rows"),
        ("encode", {"picture": WRONG[:0]}, "from 1 to 4 rows"),
        ("decode", {"latents": np.full((1, 4), np.inf, np.float32)}, "latents must be finite"),
        (
            "interpolate",
            {"a": WRONG, "b": WRONG + 2.0, "fraction": np.zeros(1, np.float32)},
            "b must hold numbers from 0 to 1",
        ),
        ("sample", draw(component=[3, 0]), "component must be from 0 to 2, or -1"),
    ],
)
def test_a_wrong_request_fails_with_its_reason(latents, name, inputs, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        latents(name, **inputs)


@pytest.mark.slow
def test_codes_out_of_range_are_refused(codes):
    wrong = {"codes_0": np.zeros((1, 2, 2), np.int32), "codes_1": np.full((1, 4, 4), 7, np.int32)}
    with pytest.raises(tf.errors.InvalidArgumentError, match="codes_1 must be from 0 to 6"):
        codes("decode", **wrong)


def test_pictures_have_no_duration():
    with pytest.raises(ValueError, match="seconds must be None where pictures are drawn"):
        signatures_of(vae(), seconds=1.0)
