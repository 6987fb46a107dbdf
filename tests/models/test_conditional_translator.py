"""Translators of conditions: texts, labels with weights, embeddings from elsewhere."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import speckles, vqvae

import tfaudiogen as tg
from tfaudiogen.probability import noise

GREY = (8, 8, 1)
NAMES = ["slow", "gloomy; slow", "fast"]


def translator(source, encoder):
    keras.utils.set_random_seed(3)
    target = vqvae(tg.Pictures(*GREY), [((8,), (4,))], (5,))
    (shape,), (count,) = target.code_maps()
    backbone = tg.Transformer(16, 1, 2, int(np.prod(shape)), cross=True)
    prior = tg.CodePrior(shape, count, backbone, vectors=encoder.width, condition_dropout=0.1)
    return tg.Translator(source, encoder, target, [prior])


def of_texts():
    return translator(tg.Texts(12), tg.TextEncoder(8, 1, 2, 3))


def of_labels():
    return translator(tg.Labels(NAMES), tg.LabelEncoder(8))


def of_vectors():
    return translator(tg.Vectors(3), tg.VectorEncoder(8))


def test_a_text_gives_the_same_vectors_however_long_others_may_be():
    encoder = tg.TextEncoder(8, 2, 2, 3)
    short = tf.constant([[104, 105, 0, 0], [0, 0, 0, 0]])
    long = tf.pad(short, [[0, 0], [0, 5]])
    np.testing.assert_allclose(encoder(short), encoder(long), atol=1e-6)
    other = encoder(tf.constant([[105, 104, 0, 0]]))
    assert np.max(np.abs(encoder(short)[0] - other[0])) > 1e-3


def test_several_labels_are_the_mean_of_their_vectors():
    model = of_labels()
    slow, gloomy, both = (
        model.vectors(inputs).numpy()
        for inputs in ("slow", {"gloomy": 3.0}, {"slow": 3, "gloomy": 1})
    )
    np.testing.assert_allclose(both, 0.75 * slow + 0.25 * gloomy, atol=1e-6)
    stored = model.source_representation(tf.constant([1, -1]))
    np.testing.assert_array_equal(stored, [[0.5, 0.5, 0.0], [0.0, 0.0, 0.0]])


def test_vectors_hold_the_direction_and_the_length_of_an_embedding():
    model = of_vectors()
    vector = np.array([1.0, -2.0, 0.5])
    found = [model.vectors(scale * vector).numpy() for scale in (1e-3, 1.0, 1e3)]
    for one, other in ((0, 1), (1, 2)):
        assert np.max(np.abs(found[one] - found[other])) > 1e-3
    assert all(np.all(np.isfinite(one)) for one in found)


def as_bytes(texts):
    return np.array([list(text.encode().ljust(12, b"\0")) for text in texts], np.int32)


@pytest.mark.slow
def test_in_the_end_samples_follow_their_conditions(tmp_path):
    """Two pictures with different captions are drawn for their captions."""
    model, inputs, wanted = of_texts(), ["gloomy, slow", "fast"], speckles(2, GREY)
    model.compile(keras.optimizers.Adam(1e-2), jit_compile=False)
    batch = {"image": wanted, "caption": as_bytes(inputs)}
    data = tf.data.Dataset.from_tensor_slices(batch).batch(2).repeat()
    model.fit(data, steps_per_epoch=60, verbose=0)
    codes = model.target.encode_codes(wanted)
    assert np.any(codes[0][0] != codes[0][1])
    drawn = model.sample(inputs, temperature=0.0).numpy()[:, 0]
    np.testing.assert_allclose(drawn, model.target.decode_codes(codes), atol=1e-4)
    bounds = [model.log_prob(wanted, one) for one in (inputs, inputs[::-1])]
    assert np.all(bounds[0] > bounds[1])
    tg.save(model, tmp_path)
    np.testing.assert_array_equal(tg.load(tmp_path).log_prob(wanted, inputs), bounds[0])


def test_the_loss_is_of_what_stands_beside_the_target():
    """The loss of a batch is that of the same things given by a user."""
    texts, labels = ["gloomy, slow", ""], np.array([1, 2])
    vectors = np.array([[1.0, 0, 0], [0, 2.0, 1.0]], np.float32)
    for model, entry, condition in (
        (of_texts(), {"caption": as_bytes(texts)}, texts),
        (of_labels(), {"label": labels}, [{"gloomy": 1, "slow": 1}, "fast"]),
        (of_vectors(), {"vector": vectors}, vectors),
    ):
        batch = model.fill_defaults(
            {"image": tf.constant(speckles(2, GREY)), **entry, "other": labels}
        )
        assert set(batch) == {"image", "id", *entry}
        # The logits of a head of zeros depend on nothing.
        head = model.priors[0].head.kernel
        head.assign(np.random.default_rng(0).normal(size=head.shape))
        found = model.loss_terms(batch, noise.key(0, 2), training=False)["loss"]
        codes = model.target.encode_codes(batch["image"])[0]
        expected = -model.priors[0].log_prob(codes, vectors=model.vectors(condition))
        np.testing.assert_allclose(found, expected, rtol=1e-4)
        assert abs(found[0] - found[1]) > 1e-3


def test_a_text_that_is_too_long_is_refused_and_not_cut():
    with pytest.raises(ValueError, match="at most 12 bytes in UTF-8.*received 15"):
        of_texts().sample("größer ist es")
    with pytest.raises(ValueError, match="13"):
        of_texts().sample(["fast", "gloomy and sl"])


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"loud": 1.0}, "must be one of slow, gloomy, fast; received 'loud'"),
        ({"slow": -1.0}, "weight of slow must not be negative"),
        ({"slow": float("nan")}, "weight of slow must not be negative"),
        ({"slow": 0.0}, "must not all be zero"),
        ([], "at least one"),
    ],
)
def test_labels_that_cannot_be_are_refused(inputs, message):
    with pytest.raises(ValueError, match=message):
        of_labels().sample(inputs)


def test_vectors_and_batches_that_do_not_fit_are_refused():
    model = of_vectors()
    for inputs, message in (
        (np.zeros(4), r"\[3\] or \[B, 3\], received shape \[4\]"),
        (np.array([0.0, np.nan, 1.0]), "must be finite"),
    ):
        with pytest.raises(ValueError, match=message):
            model.sample(inputs)
    with pytest.raises(ValueError, match="image, and have no vector|vector and image.*no vector"):
        model.fill_defaults({"image": speckles(2, GREY)})
    with pytest.raises(ValueError, match="at least two labels"):
        tg.Labels(["slow"])
