"""Label words that the source does not show: a condition, chosen or drawn in `sample`."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import code_model, speckles, stirred, tones, translator, vqvae

import tfaudiogen as tg
from tfaudiogen.models.priors.labels import further_words, shared_words, words_of
from tfaudiogen.probability import noise

NAMES = ["7 jackson", "8 theo", "7 theo", "9"]
LEVELS = ([((8,), (2,)), ((8,), (2,))], (7, 5))


@pytest.fixture(scope="module")
def spectrogram():
    return tg.Spectrogram(8000, 64, 32, frames=32, bins=32)


def speaker(spectrogram, **options):
    """Return a translator whose upper level is conditioned on the speaker."""
    keras.utils.set_random_seed(1)
    encoder = tg.SequenceEncoder((8, 12), (4, 2))
    target = vqvae(tg.Pictures(8, 8, 1), *LEVELS, names=NAMES)
    names, _ = further_words(NAMES, 1)
    conditions = {"classes": len(names), "words": words_of(names)}
    return translator(
        spectrogram, encoder, target, labels=conditions, label_words_in_source=1, **options
    )


@pytest.fixture(scope="module")
def model(spectrogram):
    return speaker(spectrogram)


def test_further_words_are_the_labels_without_their_first_words():
    assert further_words(NAMES, 1) == (["jackson", "theo"], [0, 1, 1, -1])
    assert further_words(["a b c", "b b c", "a c"], 2) == (["c"], [0, 0, -1])
    assert shared_words(["jackson", "theo b"], ["7 theo", "b 8"]) == [(1, 1), (2, 2)]


@pytest.mark.slow
def test_draws_are_of_the_label_that_is_chosen_and_else_of_any(model):
    inputs = tones(1)[0]
    draws = {
        name: model.sample(inputs, 24, label=name).numpy() for name in (None, "jackson", "theo")
    }
    assert np.any(draws["jackson"] != draws["theo"])
    labels = model.labels(None, noise.key(0, 24)).numpy()
    assert set(labels) == {0, 1}
    for label, one, *each in zip(labels, *draws.values(), strict=True):
        np.testing.assert_allclose(one, each[label], atol=1e-6)
    with pytest.raises(ValueError, match="label must be one of jackson, theo.*received 'george'"):
        model.sample(inputs, 1, label="george")
    with pytest.raises(ValueError, match="label must be one of jackson, theo"):
        model.sample(inputs, 1, label="7 jackson")


def test_without_a_label_the_probability_is_the_mean_over_labels(model):
    targets, inputs = speckles(3, (8, 8, 1)), tones(3)
    each = [model.log_prob(targets, inputs, label=name) for name in ("jackson", "theo")]
    assert np.all(np.abs(each[0] - each[1]) > 1e-3)
    mean = np.logaddexp(*each) - np.log(2.0)
    np.testing.assert_allclose(model.log_prob(targets, inputs), mean, rtol=1e-6)


def test_the_loss_is_conditioned_on_the_further_words_alone(model, spectrogram):
    images, pictures = spectrogram(tones(1)), speckles(1, (8, 8, 1))

    def loss(label):
        batch = model.fill_defaults({"image": images, "picture": pictures, "label": [label]})
        return float(model.loss_terms(batch, noise.key(0, 1), training=False)["loss"][0])

    losses = [loss(label) for label in (-1, 0, 1, 2, 3)]
    none, jackson, theo, other_theo, nobody = losses
    assert theo == other_theo
    assert none == nobody
    assert len({none, jackson, theo}) == 3
    with pytest.raises(ValueError, match="batches must hold label"):
        model.fill_defaults({"image": images, "picture": pictures})


def test_words_that_the_base_knows_are_taken_over(spectrogram):
    model = speaker(spectrogram, conditioned=False)
    base = code_model(stirred(vqvae(tg.Pictures(8, 8, 1), *LEVELS, names=NAMES)), words=True)
    model.initialize_from_code_model(base)
    top = model.priors[0].conditions.embed_label.embeddings.numpy()
    theirs = base.priors[0].conditions.embed_label.embeddings.numpy()
    assert " ".join(NAMES).split() == ["7", "jackson", "8", "theo", "7", "theo", "9"]
    np.testing.assert_array_equal(top, theirs[[1, 3, 5]])  # and what stands for no label
    assert not model.priors[1].conditions.classes


@pytest.mark.slow
@pytest.mark.parametrize("label_words_in_source", [0, 1])
def test_words_that_the_source_shows_are_found_in_its_vectors(spectrogram, label_words_in_source):
    """What draws given the source is then what the base draws given the word."""
    names = NAMES[:3] if label_words_in_source else ["7", "8", "9"]
    keras.utils.set_random_seed(1)
    target = vqvae(tg.Pictures(8, 8, 1), *LEVELS, names=names)
    further, _ = further_words(names, 1)
    labels = {"classes": len(further), "words": words_of(further)} if further else {}
    settings = {
        "conditioned": False,
        "labels": labels,
        "label_words_in_source": label_words_in_source,
    }
    encoder = tg.SequenceEncoder((8, 12), (4, 2))
    model = translator(spectrogram, encoder, target, mean_vector=True, **settings)
    base = code_model(stirred(vqvae(tg.Pictures(8, 8, 1), *LEVELS, names=names)), words=True)
    model.initialize_from_code_model(base)
    pictures, shown = speckles(3, (8, 8, 1)), [0, 1, 0 if label_words_in_source else 2]
    batch = {"image": spectrogram(tones(3)).numpy()[shown], "picture": pictures}
    batch |= {"id": np.arange(3), "label": np.arange(3, dtype=np.int32)}
    codes = base.encode_codes(pictures)[0]
    wanted = base.priors[0].log_prob(codes, np.arange(3, dtype=np.int32))

    def gap():
        found = model.loss_terms(batch, noise.key(0, 3), training=False)["loss"]
        return float(np.abs(found + wanted).max())

    before = gap()
    model.initialize_mean_vector(base, [batch])
    assert before > 0.1
    assert gap() < 0.1 * before


def test_words_that_the_base_does_not_know_leave_the_model_as_it_is(spectrogram):
    model = speaker(spectrogram, conditioned=False, mean_vector=True)
    base = code_model(vqvae(tg.Pictures(8, 8, 1), *LEVELS, names=["bell", "drum"]), words=True)
    model.initialize_from_code_model(base)
    batch = {"image": spectrogram(tones(2)), "picture": speckles(2, (8, 8, 1)), "label": [0, 1]}
    model.initialize_mean_vector(base, [batch])
    assert not np.any(model.priors[0].conditions.add_mean.kernel)


@pytest.mark.slow
def test_a_saved_one_is_the_same_and_trains(model, spectrogram, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    inputs = tones(2)
    wanted = model.sample(inputs, 2, seed=3, label="theo")
    np.testing.assert_array_equal(loaded.sample(inputs, 2, seed=3, label="theo"), wanted)
    images, pictures = spectrogram(inputs), speckles(2, (8, 8, 1))
    batch = {"image": images, "picture": pictures, "label": np.int32([0, 1])}
    loaded.compile(keras.optimizers.Adam(1e-2), jit_compile=False)
    data = tf.data.Dataset.from_tensors(batch).repeat(8)
    losses = loaded.fit(data, epochs=2, verbose=0).history["loss"]
    assert losses[1] < losses[0]


def test_labels_that_say_no_more_are_refused(spectrogram):
    target = vqvae(tg.Pictures(8, 8, 1), *LEVELS, names=["7", "8"])
    with pytest.raises(
        ValueError, match="label_words_in_source=1 leaves no words of the labels.* 7, 8"
    ):
        translator(
            spectrogram, tg.SequenceEncoder((8, 12), (4, 2)), target, label_words_in_source=1
        )
