"""Sounds and pictures in one space: the losses are their formulas, however a batch is divided."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfaudiogen as tg
from tfaudiogen.models.embedders import contrastive
from tfaudiogen.models.embedders.embedder import picture_keys
from tfaudiogen.probability import noise

COUNT = 11
LABELS = np.array([0, 1, 2, 0, -1, 1, 0, 2, -1, 1, 0], np.int32)


def build(**options):
    keras.utils.set_random_seed(5)
    return tg.AudioImageEmbedder(
        tg.Spectrogram(8000, 64, 32, frames=32, bins=32),
        tg.Pictures(8, 8, 1),
        tg.EmbeddingTower(tg.SequenceEncoder((8,), (8,)), 4, heads=2),
        tg.EmbeddingTower(tg.SequenceEncoder((6,), (4,)), 4, heads=0),
        **options,
    )


@pytest.fixture(scope="module")
def examples():
    """Eleven pairs, of which the third and the last have the same picture."""
    draw = np.random.default_rng(0)
    pictures = np.round(draw.random((COUNT, 8, 8, 1)) * 255) / 255
    pictures[-1] = pictures[2]
    return {
        "image": draw.random((COUNT, 32, 32, 1)).astype(np.float32),
        "picture": pictures.astype(np.float32),
        "label": LABELS,
        "id": np.arange(COUNT),
    }


def trained(examples, size, strategy=None, accumulate=1, compiled=False, **options):
    """Return the logs of a training of one epoch, and the model."""
    with (strategy or tf.distribute.get_strategy()).scope():
        model = build(**options)
        rate = keras.optimizers.SGD(0.5)
        model.compile(
            rate, jit_compile=compiled, gradient_accumulation_steps=accumulate, clip_norm=1.0
        )
    data = tf.data.Dataset.from_tensor_slices(examples).batch(size)
    return model.fit(data, validation_data=data, shuffle=False, verbose=0).history, model


def assert_alike(found, expected):
    for name, values in expected[0].items():
        np.testing.assert_allclose(found[0][name], values, rtol=1e-4, err_msg=name)
    for one, two in zip(found[1].weights, expected[1].weights, strict=True):
        one, two = np.float64(one), np.float64(two)
        assert np.linalg.norm(one - two) <= 1e-4 * max(np.linalg.norm(two), 1e-12)


def test_right_answers_may_be_those_of_the_first_word(examples):
    names = ["7 jackson", "8 theo", "7 theo"]
    model = build(positives="first_word", class_names=names)
    assert model.kinds([0, 1, 2, -1]).numpy().tolist() == [0, 1, 0, -1]
    batch = {**examples, "label": np.array([0, 2, 1, 0, -1, 2, 0, 1, -1, 2, 0], np.int32)}
    same = {**examples, "label": np.array([0, 0, 1, 0, -1, 0, 0, 1, -1, 0, 0], np.int32)}
    by_label = build(positives="label", class_names=names)
    key = noise.key(0, COUNT)
    wanted = by_label.loss_terms(by_label.fill_defaults(same), key, training=False)["loss"]
    found = model.loss_terms(model.fill_defaults(batch), key, training=False)["loss"]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    with pytest.raises(ValueError, match="class_names must be those of the data"):
        build(positives="first_word")


@pytest.mark.parametrize(
    ("loss", "positives"),
    [("infonce", "picture"), ("sigmoid", "label")],
)
@pytest.mark.slow
def test_a_batch_in_parts_gives_the_same_steps(examples, loss, positives):
    """Batches of 5, 5 and 1 in three parts, of which two are empty in the last."""
    options = {"loss": loss, "positives": positives}
    found, expected = (trained(examples, 5, accumulate=n, **options) for n in (3, 1))
    assert_alike(found, expected)
    steps = zip(found[1].trainable_weights, build(**options).trainable_weights, strict=True)
    assert max(np.linalg.norm(np.subtract(one, two)) for one, two in steps) > 0.01


@pytest.mark.slow
@pytest.mark.parametrize(
    ("compiled", "size", "accumulate"),
    [(False, 5, 2), (True, 4, 1)],
)
def test_two_replicas_equal_one_device(examples, mirrored, compiled, size, accumulate):
    """Batches of 4, 4 and 3, or 5, 5 and 1: one replica gets nothing."""
    options = {"positives": "label", "compiled": compiled}
    found = trained(examples, size, mirrored, accumulate, **options)
    assert_alike(found, trained(examples, size, **options))
    for weight in found[1].weights:
        copies = mirrored.experimental_local_results(weight.value)
        assert np.array_equal(*map(np.array, copies)), weight.path


def unit(draw, *shape):
    vectors = draw.normal(size=shape)
    return tf.constant(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), tf.float32)


def test_the_gradient_in_pieces_is_that_of_the_plain_loss():
    draw = np.random.default_rng(0)
    sounds, pictures, heat = unit(draw, 6, 3), unit(draw, 6, 3), tf.constant(0.3)
    positives = tf.eye(6)

    def plain(a, b):
        return contrastive.infonce(tf.matmul(a, b, transpose_b=True) / heat, positives)

    with tf.GradientTape() as tape:
        tape.watch([sounds, pictures, heat])
        expected = plain(sounds, pictures)
    slopes = tape.gradient(expected, [sounds, pictures, heat])
    with tf.GradientTape() as tape:
        tape.watch([sounds, pictures, heat])
        found = tf.concat(
            [
                contrastive.compared(
                    plain, [sounds[piece], pictures[piece]], [sounds, pictures], tf.range(6)[piece]
                )
                for piece in (slice(0, 1), slice(1, 4), slice(4, 6))
            ],
            axis=0,
        )
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    for one, two in zip(tape.gradient(found, [sounds, pictures, heat]), slopes, strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)


def test_losses_are_their_formulas():
    draw = np.random.default_rng(1)
    logits = draw.normal(size=(4, 4)).astype(np.float32)
    groups = [{0, 2}, {1}, {0, 2}, {3}]
    positives = np.array([[k in group for k in range(4)] for group in groups], np.float32)
    infonce, sigmoid = np.zeros(4), np.zeros(4)
    for i, group in enumerate(groups):
        for row in (logits[i], logits[:, i]):
            chances = np.exp(row) / np.exp(row).sum()
            infonce[i] += 0.5 * np.mean([-np.log(chances[k]) for k in group])
            signs = np.where(positives[i] == 1, 1, -1)
            sigmoid[i] += 0.5 * np.sum(np.log1p(np.exp(-signs * row)))
    np.testing.assert_allclose(contrastive.infonce(logits, positives), infonce, rtol=1e-5)
    np.testing.assert_allclose(contrastive.sigmoid(logits, positives), sigmoid, rtol=1e-5)


def terms(model, examples, training=False):
    batch = model.fill_defaults(examples)
    return model.loss_terms(batch, noise.key(0, len(batch["id"])), training)


def test_ignorance_costs_the_logarithm_of_the_batch(examples):
    model = build()
    for tower in (model.sound_tower, model.picture_tower):
        tower.project.kernel.assign(tf.zeros_like(tower.project.kernel))
    np.testing.assert_allclose(terms(model, examples)["loss"], np.log(COUNT), rtol=1e-6)


def test_right_answers_share_a_picture_or_a_label(examples):
    def right(model):
        everyone = model.embeddings_to_gather(model.fill_defaults(examples), None, False)
        return model._positives(everyone).numpy()

    same = np.eye(COUNT)
    same[2, -1] = same[-1, 2] = 1.0
    np.testing.assert_array_equal(right(build()), same)
    known = LABELS >= 0
    labels = (LABELS[:, None] == LABELS) & known & known[:, None]
    expected = np.maximum(same, labels)
    np.testing.assert_array_equal(right(build(positives="label")), expected)


def test_pictures_that_differ_in_one_level_have_other_keys():
    pictures = np.zeros((3, 8, 8, 3), np.float32)
    pictures[1, 3, 4, 2] = 1 / 255
    keys = picture_keys(tf.constant(pictures)).numpy()
    assert keys[0] == keys[2] != keys[1]


@pytest.mark.parametrize("training", [True, False])
def test_only_the_example_with_a_fault_is_named(examples, training):
    images = examples["image"].copy()
    images[3, 0, 0, 0] = np.nan
    loss = terms(build(), {**examples, "image": images}, training)["loss"].numpy()
    assert np.flatnonzero(~np.isfinite(loss)).tolist() == [3]


@pytest.mark.parametrize("start", [-50.0, 0.0, 50.0])
def test_the_temperature_stays_between_its_bounds(start):
    model = build(temperatures=(0.04, 0.25))
    model.sharpness.assign(start)
    expected = {-50.0: 0.04, 0.0: 0.1, 50.0: 0.25}[start]
    np.testing.assert_allclose(model.temperature, expected, rtol=1e-5)


def test_pairs_are_learned():
    """Sounds of one band each, and pictures of one column."""
    bands = np.repeat(np.eye(6, dtype=np.float32), 5, axis=1)[:, None, :, None]
    columns = np.eye(6, 8, dtype=np.float32)[:, None, :, None]
    batch = {
        "image": np.pad(np.tile(bands, (1, 32, 1, 1)), ((0, 0), (0, 0), (1, 1), (0, 0))),
        "picture": np.tile(columns, (1, 8, 1, 1)),
    }
    model = build()
    model.compile(keras.optimizers.Adam(0.01), jit_compile=False)
    logs = model.fit(tf.data.Dataset.from_tensors(batch).repeat(40), epochs=2, verbose=0).history
    assert logs["loss"][1] < 0.1 < 0.2 < logs["loss"][0] < np.log(6)
    assert logs["batch_recall_at_1"][1] == 1.0


def test_long_sounds_are_averaged_over_windows_by_how_much_each_holds():
    model = build()
    draw = np.random.default_rng(2)
    sound = 0.3 * draw.normal(size=2 * 1024 + 256).astype(np.float32)
    parts = [sound[:1024], sound[1024:2048], sound[2048:]]
    vectors = [np.float64(model.embed_sounds(part)) for part in parts]
    expected = np.average(vectors, axis=0, weights=[4, 4, 1])
    expected /= np.linalg.norm(expected)
    np.testing.assert_allclose(model.embed_sounds(sound), expected, atol=1e-6)
    assert model.embed_sounds(np.stack([sound, sound])).shape == (2, 4)


def test_pictures_and_images_are_embedded_as_in_training(examples):
    model = build()
    found = model({"image": examples["image"], "picture": examples["picture"]})
    np.testing.assert_allclose(
        model.embed_pictures(examples["picture"]), found["picture"], atol=1e-6
    )
    np.testing.assert_allclose(model.embed_images(examples["image"]), found["image"], atol=1e-6)
    assert model.embed_pictures(examples["picture"][0]).shape == (4,)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "none"}, "loss must be one of infonce, sigmoid; received 'none'"),
        (
            {"positives": "pair"},
            "positives must be one of picture, label, first_word; received 'pair'",
        ),
        ({"temperatures": (0.0, 1.0)}, "temperatures must be 0 < low < high"),
        ({"picture_tower": tg.EmbeddingTower(None, 7)}, "of one size; received 4 and 7"),
        ({"pictures": tg.Spectrogram()}, "or Vectors, and Pictures; received those of sounds"),
    ],
)
def test_bad_arguments_are_named(options, message):
    parts = build()
    towers = {name: getattr(parts, name) for name in ("sound_tower", "picture_tower")}
    defaults = {"representation": parts.representation, "pictures": parts.pictures, **towers}
    with pytest.raises(ValueError, match=message):
        tg.AudioImageEmbedder(**{**defaults, **options})


def test_batches_without_pictures_are_refused(examples):
    with pytest.raises(ValueError, match="have no picture: give those of a data set of pairs"):
        build().fill_defaults({"image": examples["image"]})


def test_averaged_weights_are_refused():
    with pytest.raises(ValueError, match="ema_momentum must be None, received 0.9"):
        build().compile(ema_momentum=0.9)
