"""Models of pictures: likelihood of colours, every verb, and the refusals."""

import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.special import expit

import tfaudiogen
from tfaudiogen import presets, saving
from tfaudiogen.evaluation import protocol
from tfaudiogen.probability import noise

SHAPE = (16, 16, 3)


@pytest.fixture(scope="module")
def images():
    levels = np.random.default_rng(0).integers(0, 256, (5, *SHAPE))
    return (levels / 255).astype(np.float32)


def vae(shape=SHAPE):
    keras.utils.set_random_seed(7)
    height, width, channels = shape
    return tfaudiogen.VAE(
        tfaudiogen.Pictures(*shape),
        encoder=tfaudiogen.Encoder((8, 8), (2, 2)),
        decoder=tfaudiogen.Decoder((height, width, 2 * channels), (8, 8), (2, 2)),
        head=tfaudiogen.GaussianHead(4, hidden=8),
        prior=tfaudiogen.GaussianMixturePrior(4, components=3),
        class_names=["a", "b"],
    )


def coded(kind="vqvae"):
    """The small preset's networks with few codes, for pictures of 16 pixels."""
    changes = {"pictures.height": 16, "pictures.width": 16, "model.codebook_sizes": (7, 5)}
    changes |= {"model.widths": ((8,), (8,)), "model.strides": ((4,), (2,))}
    if kind == "vqgan":
        changes["model.discriminator"] = (4, 6)
    keras.utils.set_random_seed(7)
    return presets.get(f"picture_{kind}", **changes).build(["a", "b"])


def code_model():
    autoencoder = coded()
    shapes, counts = autoencoder.code_maps()
    maps = [{"shape": s, "codebook_size": k} for s, k in zip(shapes, counts, strict=True)]
    priors = [
        tfaudiogen.CodePrior(
            **one, backbone=tfaudiogen.Transformer(8, 1, 2, math.prod(one["shape"])), **more
        )
        for one, more in zip(maps, ({"classes": 2}, {"maps": maps[:1]}), strict=True)
    ]
    return tfaudiogen.CodeModel(autoencoder, priors)


def test_a_colour_pixel_has_the_probability_of_its_three_levels(images):
    model = vae()
    latents = np.random.default_rng(1).normal(size=(5, 4)).astype(np.float32)
    pixels = model.pixel_parameters(latents)
    assert pixels["loc"].shape == pixels["scale"].shape == images.shape
    loc, scale = (np.asarray(pixels[name], np.float64) for name in ("loc", "scale"))
    upper = np.where(images > 0.999, 1.0, expit((images + 0.5 / 255 - loc) / scale))
    lower = np.where(images < 0.001, 0.0, expit((images - 0.5 / 255 - loc) / scale))
    expected = np.log(upper - lower).sum(axis=(1, 2, 3))
    found = tf.reduce_sum(model.likelihood.log_prob(pixels, images), axis=(1, 2, 3))
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_bits_per_dimension_count_every_channel(images):
    model = vae()
    key = noise.key(0, len(images))
    terms = model.loss_terms(model.fill_defaults({"image": images}), key, training=False)
    assert np.all(terms["pixels"].numpy() == math.prod(SHAPE))
    means = {name: tf.reduce_mean(value) for name, value in terms.items()}
    bits = model.summarize(means)["bits_per_dimension"]
    expected = np.mean(terms["rate"] + terms["distortion"]) / (16 * 16 * 3 * math.log(2))
    np.testing.assert_allclose(bits, expected, rtol=1e-5)


def test_the_sum_of_all_pictures_of_one_pixel_is_one():
    """With one grey pixel, the 256 pictures have the probability one."""
    likelihood = tfaudiogen.PixelLikelihood(image_channels=3)
    outputs = tf.random.stateless_normal((1, 1, 1, 6), (0, 1))
    pixels = likelihood(outputs)
    levels = tf.reshape(tf.range(256.0) / 255.0, (256, 1, 1, 1)) * tf.ones((1, 1, 1, 3))
    tiled = {name: tf.repeat(value, 256, axis=0) for name, value in pixels.items()}
    totals = tf.reduce_sum(tf.exp(likelihood.log_prob(tiled, levels)), axis=(0, 1, 2))
    np.testing.assert_allclose(totals, np.ones(3), rtol=1e-4)


def test_verbs_of_a_vae_take_and_return_pictures(images, tmp_path):
    model = vae()
    saving.save(model, tmp_path)
    again = tfaudiogen.load(tmp_path)
    assert again.representation.image_shape == SHAPE
    drawn = model.sample(3, seed=2)
    assert drawn.shape == (3, *SHAPE)
    np.testing.assert_array_equal(drawn, again.sample(3, seed=2))
    np.testing.assert_allclose(model.sample(9, seed=2)[:3], drawn, atol=1e-6)
    rebuilt = model.reconstruct(images)
    assert rebuilt.shape == images.shape
    np.testing.assert_allclose(model.reconstruct(images[1]), rebuilt[1], atol=1e-5)
    between = model.interpolate(images[0], images[1], steps=3)
    np.testing.assert_allclose(between[0], rebuilt[0], atol=1e-5)
    np.testing.assert_allclose(between[2], rebuilt[1], atol=1e-5)
    np.testing.assert_allclose(model.decode(model.encode(images)), rebuilt, atol=1e-5)
    bound = model.log_prob(images, samples=3)
    np.testing.assert_allclose(model.log_prob(images[:2], samples=3), bound[:2], rtol=1e-5)
    assert np.all(bound < 0)


@pytest.mark.parametrize("kind", ["vqvae", "vqgan"])
def test_codes_of_pictures(kind, images):
    model = coded(kind)
    codes = model.encode(images)
    assert [code.shape for code in codes] == [(5, 2, 2), (5, 4, 4)]
    np.testing.assert_allclose(model.decode(codes), model.reconstruct(images), atol=1e-5)


@pytest.mark.slow
def test_a_model_of_codes_samples_pictures_by_label(images, tmp_path):
    model = code_model()
    drawn = model.sample(2, seed=1, label="b", top_k=3)
    assert drawn.shape == (2, *SHAPE)
    np.testing.assert_array_equal(drawn, model.sample(2, seed=1, label="b", top_k=3))
    assert model.log_prob(images, label="a").shape == (5,)
    with pytest.raises(ValueError, match="extend is for sounds"):
        model.extend(np.zeros(100), seconds=2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda model: model.reconstruct(np.zeros((8, 16, 3))), "picture must have the shape"),
        (lambda model: model.reconstruct(np.full(SHAPE, 200.0)), "divide by 255"),
        (lambda model: model.reconstruct(np.full(SHAPE, np.nan)), "finite, received nan at"),
        (lambda model: model.sample(1, seconds=2.0), "seconds does not apply"),
        (lambda model: model.representation(np.zeros((1, 9, 9, 3))), "received the shape"),
        (lambda model: tfaudiogen.Pictures(0, 8), "height must be at least 1"),
        (lambda model: tfaudiogen.Pictures(8, 8, 4), "channels must be 1"),
    ],
)
def test_what_is_no_picture_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(vae())


@pytest.mark.slow
@pytest.mark.parametrize("build", [vae, code_model])
def test_evaluation_of_pictures(build, images):
    model = build()
    batch = {"image": tf.constant(images), "id": tf.range(5, dtype=tf.int64)}
    batch["label"] = tf.constant([0, 1, 0, 1, 0])
    report = protocol.evaluate_batches(
        model, [batch], [batch], [f"{n}.png" for n in range(5)], ["a", "b"], samples=2
    )
    rebuilt = np.rint(255 * model.reconstruct(images)) / 255
    error = np.mean((images - rebuilt) ** 2)
    found = report["reconstruction"]
    np.testing.assert_allclose(found["mean_squared_error"]["mean"], error, rtol=1e-4)
    np.testing.assert_allclose(found["psnr"]["mean"], -10 * np.log10(error), rtol=0.02)
    assert -1 <= found["ssim"]["mean"] <= 1
    assert report["bits_per_picture"] > 0
    assert "minutes" not in report
    assert set(report["labels"]["a"]) >= {"bits_per_dimension", "mean_squared_error"}
    json.dumps(report, allow_nan=False)
