"""Labels of pictures: what is learned, what is reported, and what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfaudiogen as tg
from tfaudiogen.evaluation.classification import tagging_report
from tfaudiogen.probability import noise

SIDE = 8
NAMES = ["dark", "light; plain", "light"]


def tagger(names=NAMES, **options):
    keras.utils.set_random_seed(1)
    return tg.PictureTagger(
        tg.Pictures(SIDE, SIDE, 1), tg.PatchEncoder(4, 8, 1, 2), names, **options
    )


def batch():
    levels = np.repeat([0.1, 0.9, 0.9, 0.2], SIDE * SIDE).reshape(4, SIDE, SIDE, 1)
    levels[2] += 0.1 * np.random.default_rng(0).normal(size=(SIDE, SIDE, 1))
    return {"image": np.clip(levels, 0, 1).astype(np.float32), "label": np.array([0, 1, 2, 0])}


def test_the_loss_is_the_cross_entropy_in_nats():
    model, inputs = tagger(), tagger().fill_defaults(batch())
    assert model.labels == ["dark", "light", "plain"]
    terms = model.loss_terms(inputs, noise.key(0, 4), training=False)
    np.testing.assert_allclose(terms["loss"], np.log(3.0), rtol=1e-6)  # it begins knowing nothing
    model.head.kernel.assign(np.random.default_rng(0).normal(size=model.head.kernel.shape))
    logits = np.log(model.probabilities(inputs["image"]))
    terms = model.loss_terms(inputs, noise.key(0, 4), training=False)
    wanted = [logits[0, 0], logits[1, 1:].mean(), logits[2, 1], logits[3, 0]]
    np.testing.assert_allclose(terms["loss"], np.negative(wanted), rtol=1e-5)
    likeliest = logits.argmax(axis=1)
    right = [likeliest[0] == 0, likeliest[1] > 0, likeliest[2] == 1, likeliest[3] == 0]
    np.testing.assert_array_equal(terms["accuracy"], np.float32(right))


def test_labels_are_learned_and_returned_with_probabilities(tmp_path):
    model = tagger()
    model.compile(keras.optimizers.Adam(1e-2), jit_compile=False)
    model.fit(
        tf.data.Dataset.from_tensor_slices(batch()).batch(4).repeat(), steps_per_epoch=60, verbose=0
    )
    tags = model.tag(batch()["image"], count=2)
    assert [next(iter(one)) for one in tags[:1] + tags[3:]] == ["dark", "dark"]
    assert set(tags[1]) == {"light", "plain"}
    assert next(iter(tags[2])) == "light"
    assert all(len(one) == 2 and 0 < sum(one.values()) <= 1 for one in tags)
    assert model.tag(batch()["image"][1], count=9).keys() == {"light", "plain", "dark"}
    tg.save(model, tmp_path)
    again = tg.load(tmp_path)
    assert again.tag(batch()["image"]) == model.tag(batch()["image"])


def test_pictures_are_moved_in_training_alone():
    still, moved = tagger(), tagger(shift=3, mirror=True)
    ramp = np.arange(SIDE * SIDE, dtype=np.float32).reshape(1, SIDE, SIDE, 1) / 255
    images = tf.constant(np.repeat(ramp, 64, axis=0))
    np.testing.assert_array_equal(still._moved(images, noise.key(0, 64)), images)
    found = np.rint(255 * moved._moved(images, noise.key(0, 64)).numpy())[..., 0]
    centre = found[:, 3, 3].astype(int)
    rows, columns = centre // SIDE, centre % SIDE
    assert set(rows) == set(range(7))
    mirrored = found[:, 0, 0] > found[:, 0, 7]
    assert 0.3 < mirrored.mean() < 0.7
    assert set(columns[~mirrored]) <= set(range(7))
    steps = np.diff(found, axis=2)
    assert set(np.unique(steps)) == {-1.0, 0.0, 1.0}
    terms = [
        moved.loss_terms(moved.fill_defaults(batch()), noise.key(seed, 4), training=False)["loss"]
        for seed in (0, 1)
    ]
    np.testing.assert_array_equal(*terms)


@pytest.mark.slow
def test_compiled_replicas_train_like_one_device(mirrored):
    inputs, found = {**batch(), "id": np.arange(4)}, []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        with strategy.scope():
            model = tagger(shift=1, mirror=True)
            model.compile(keras.optimizers.SGD(1e-1), jit_compile=True, ema_momentum=0.9)
        data = tf.data.Dataset.from_tensor_slices({k: v[:3] for k, v in inputs.items()}).batch(3)
        history = model.fit(data, epochs=3, verbose=0, shuffle=False).history
        found.append((history["loss"], [weight.numpy() for weight in model.weights]))
    (losses, weights), (others, theirs) = found
    np.testing.assert_allclose(losses, others, rtol=1e-5)
    for one, other in zip(weights, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


class Fixed:
    """A tagger whose answers are known."""

    labels = list("abcdef")

    def __init__(self, probabilities, classes):
        self._found, self._classes = iter(probabilities), classes

    def probabilities(self, images):
        return next(self._found)[: len(images)]

    def known(self, label):
        return tf.constant(self._classes[label])


def test_the_report_counts_labels_among_the_likeliest():
    likeliest = np.array([0, 1, 0, 2])
    probabilities = 0.1 + 0.4 * np.eye(6)[likeliest] - 0.05 * np.eye(6)[5]
    classes = np.float32(np.eye(6))
    classes[5] = [0, 0.5, 0, 0, 0, 0.5]
    label = np.array([0, 5, 5, 3])
    batches = [{"image": np.zeros((4, 1)), "label": label}]
    report = tagging_report(Fixed([probabilities], classes), batches)
    assert report["top_1"]["mean"] == 0.5
    assert report["top_5"]["mean"] == 1.0
    np.testing.assert_allclose(report["top_1"]["chance"], np.mean([1, 2, 2, 1]) / 6)
    np.testing.assert_allclose(report["top_5"]["chance"], (5 / 6 + 1 + 1 + 5 / 6) / 4)
    nats = -np.log([0.5, np.sqrt(0.5 * 0.05), np.sqrt(0.1 * 0.05), 0.1])
    np.testing.assert_allclose(report["cross_entropy"]["mean"], nats.mean())
    assert report["by_label"]["b"] == {"pictures": 2, "top_1": 0.5}
    counts = np.array(report["confusion"]["counts"])
    assert (counts[0, 0], counts[1, 1], counts[1, 0], counts[5, 0], counts[3, 2]) == (
        1,
        0.5,
        0.5,
        0.5,
        1,
    )
    assert counts.sum() == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": ["picture"]}, "at least two labels"),
        ({"shift": 8}, "shift must be at least 0 and less"),
        ({"shift": -1}, "shift must be"),
    ],
)
def test_settings_that_cannot_be_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tagger(**options)


def test_other_pictures_and_counts_are_refused():
    with pytest.raises(ValueError, match="picture must have the shape"):
        tagger().tag(np.zeros((4, 4, 1)))
    with pytest.raises(ValueError, match="count must be at least 1"):
        tagger().tag(batch()["image"], count=0)
