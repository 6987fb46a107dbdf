"""Sound to picture and back: samples follow their source, and scores add up."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small_models import code_model, speckles, stirred, tones, translator, vqvae

import tfaudiogen as tg
from tfaudiogen.models.modalities.windows import consecutive
from tfaudiogen.probability import noise

SIDE = 8
GREY, COLOUR = (SIDE, SIDE, 1), (SIDE, SIDE, 3)


def encoder():
    return tg.SequenceEncoder((8, 12), (4, 2))


def one_level():
    return vqvae(tg.Pictures(*GREY), [((8,), (4,))], (5,))


@pytest.fixture(scope="module")
def spectrogram():
    return tg.Spectrogram(8000, 64, 32, frames=32, bins=32)


@pytest.fixture(scope="module")
def painter(spectrogram):
    """Two levels of codes of pictures of 8 x 8, for sounds of 1,024 samples."""
    keras.utils.set_random_seed(1)
    target = vqvae(tg.Pictures(*GREY), [((8,), (2,)), ((8,), (2,))], (7, 5))
    return translator(spectrogram, encoder(), target)


@pytest.fixture(scope="module")
def composer(spectrogram):
    """One level of codes of sounds, for pictures of 8 x 8 in colour."""
    keras.utils.set_random_seed(2)
    target = vqvae(spectrogram, [((8,), (8,))], (6,))
    return translator(tg.Pictures(*COLOUR), encoder(), target)


@pytest.mark.slow
def test_draws_are_pictures_by_seed_and_place(painter):
    inputs = tones(2)
    drawn = painter.sample(inputs, count=2, seed=4).numpy()
    assert drawn.shape == (2, 2, SIDE, SIDE, 1)
    assert np.all((drawn >= 0) & (drawn <= 1))
    np.testing.assert_array_equal(drawn, painter.sample(inputs, count=2, seed=4))
    assert np.any(drawn != painter.sample(inputs, count=2, seed=5).numpy())
    single = painter.sample(inputs[0], count=4, seed=4).numpy()
    np.testing.assert_allclose(single[:2], drawn[0], atol=1e-6)


@pytest.mark.slow
def test_other_sounds_give_other_pictures(painter):
    one, two = tones(2)
    draws = [painter.sample(sound, count=4, temperature=0.5).numpy() for sound in (one, two)]
    assert np.any(np.abs(draws[0] - draws[1]) > 1e-3)


@pytest.mark.slow
def test_a_model_has_settings_of_its_own(painter):
    own = {"temperature": 0.5, "guidance": 0.0}
    model = tg.Translator.from_config({**painter.get_config(), **own})
    for weight, trained in zip(model.weights, painter.weights, strict=True):
        weight.assign(trained)
    inputs = tones(1)
    np.testing.assert_array_equal(model.sample(inputs, 4), painter.sample(inputs, 4, **own))
    assert np.any(model.sample(inputs, 4) != painter.sample(inputs, 4))
    with pytest.raises(ValueError, match="guidance must not be negative"):
        tg.Translator.from_config({**painter.get_config(), "guidance": -1.0})


@pytest.mark.slow
def test_without_guidance_the_source_is_not_heard(painter):
    """Guidance 0 is the distribution without the source."""
    draws = [painter.sample(sound, count=4, guidance=0.0).numpy() for sound in tones(2)]
    np.testing.assert_allclose(draws[0], draws[1], atol=1e-5)


def test_long_sounds_are_attended_to_as_a_whole(painter, spectrogram):
    long = np.concatenate([*tones(2), np.zeros(200, np.float32)])
    vectors = painter.vectors(long)
    images, frames = consecutive(long, spectrogram)
    assert frames.numpy().tolist() == [32, 32, 7]
    np.testing.assert_allclose(vectors, tf.reshape(painter(images), (1, -1, 12)), atol=1e-5)
    target = speckles(1, GREY)
    assert np.isfinite(painter.log_prob(target, long))
    assert painter.log_prob(target, long) != painter.log_prob(target, tones(1))


@pytest.mark.slow
def test_pictures_give_sounds_of_any_length(composer):
    inputs = speckles(2, COLOUR)
    assert composer.sample(inputs).shape == (2, 1, 1024)
    drawn = composer.sample(inputs[0], count=2, seconds=0.3, phase="graph").numpy()
    assert drawn.shape == (2, 2400)
    assert np.all(np.isfinite(drawn))
    np.testing.assert_array_equal(
        drawn, composer.sample(inputs[0], count=2, seconds=0.3, phase="graph")
    )


def test_the_loss_is_the_exact_probability_of_the_codes(painter, spectrogram):
    batch = painter.fill_defaults({"image": spectrogram(tones(3)), "picture": speckles(3, GREY)})
    terms = painter.loss_terms(batch, noise.key(0, 3), training=False)
    codes = painter.target.encode_codes(batch["picture"])
    vectors = painter.vectors(tones(3))
    top, bottom = painter.priors
    expected = top.log_prob(codes[0], vectors=vectors)
    expected += bottom.log_prob(codes[1], maps=codes[:1], vectors=vectors)
    np.testing.assert_allclose(terms["loss"], -expected, rtol=1e-4)
    np.testing.assert_allclose(tf.reduce_sum(terms["rates"], axis=1), terms["loss"], rtol=1e-6)


def test_the_probability_of_a_target_is_that_of_its_codes_and_pixels(painter):
    targets, inputs = speckles(3, GREY), tones(3)
    bound = painter.log_prob(targets, inputs)
    frames = tf.fill([3], SIDE)
    codes = painter.target.encode_codes(targets)
    vectors = painter.vectors(inputs)
    pixels = painter.target.image_log_prob(tf.constant(targets), frames) + painter.target.rate
    prior = painter.priors[0].log_prob(codes[0], vectors=vectors)
    prior += painter.priors[1].log_prob(codes[1], maps=codes[:1], vectors=vectors)
    np.testing.assert_allclose(bound, pixels + prior, rtol=1e-4)
    assert bound.shape == (3,)


def test_the_probability_of_a_long_sound_is_that_of_its_windows(composer):
    inputs, whole = speckles(1, COLOUR), tones(1, 1024 + 512)
    bound = composer.log_prob(whole, inputs)
    images, frames = consecutive(whole[0], composer.representation)
    vectors = tf.repeat(composer.vectors(inputs), 2, axis=0)
    parts = composer.image_log_prob(images, frames, vectors)
    np.testing.assert_allclose(bound, [tf.reduce_sum(parts)], rtol=1e-4)


@pytest.mark.slow
def test_training_leaves_the_target_alone_and_learns_who_belongs_to_whom(spectrogram):
    """Two sounds with a picture each: in the end the codes follow from the sound."""
    keras.utils.set_random_seed(3)
    target = one_level()
    model = translator(spectrogram, encoder(), target, condition_dropout=0.1)
    batch = {"image": spectrogram(tones(2)), "picture": speckles(2, GREY)}
    codes = target.encode_codes(batch["picture"])[0].numpy()
    assert np.any(codes[0] != codes[1])
    before = [weight.numpy() for weight in target.weights]
    model.compile(keras.optimizers.Adam(1e-2), jit_compile=False)
    data = tf.data.Dataset.from_tensor_slices(batch).batch(2).repeat()
    history = model.fit(data, steps_per_epoch=60, verbose=0).history
    for weight, value in zip(target.weights, before, strict=True):
        np.testing.assert_array_equal(weight, value)
    assert set(history) == {"loss", "bits_per_code_0"}
    drawn = [model.sample(sound, temperature=0.0).numpy()[0] for sound in tones(2)]
    expected = target.decode_codes([codes]).numpy()
    np.testing.assert_allclose(drawn, expected, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("drawn", ["pictures", "sounds"])
def test_compiled_replicas_train_like_one_device(spectrogram, mirrored, drawn):
    pictures = tg.Pictures(*GREY)
    batch = {
        "image": spectrogram(tones(5)),
        "picture": speckles(5, GREY),
        "id": np.arange(5),
    }
    found = []
    for strategy in (tf.distribute.get_strategy(), mirrored):
        keras.utils.set_random_seed(3)
        with strategy.scope():
            source, target = spectrogram, one_level()
            if drawn == "sounds":
                source, target = pictures, vqvae(spectrogram, [((8,), (8,))], (5,))
            model = translator(source, encoder(), target, condition_dropout=0.3)
            model.compile(keras.optimizers.SGD(1e-3), jit_compile=True, ema_momentum=0.9)
        data = tf.data.Dataset.from_tensor_slices(batch).batch(5)
        history = model.fit(data, epochs=2, verbose=0, shuffle=False).history
        found.append((history["loss"], [weight.numpy() for weight in model.weights]))
    (losses, weights), (others, theirs) = found
    np.testing.assert_allclose(losses, others, rtol=1e-5)
    for one, other in zip(weights, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_a_saved_translator_is_the_same(painter, tmp_path):
    tg.save(painter, tmp_path)
    again = tg.load(tmp_path)
    assert isinstance(again, tg.Translator)
    assert len(again.trainable_weights) == len(painter.trainable_weights)
    assert again.class_names == ["low", "high"]
    pair = speckles(2, GREY), tones(2)
    np.testing.assert_array_equal(painter.log_prob(*pair), again.log_prob(*pair))


@pytest.fixture(scope="module")
def embedder(spectrogram):
    keras.utils.set_random_seed(3)
    towers = [tg.EmbeddingTower(tg.SequenceEncoder((8,), (8,)), 12) for _ in range(2)]
    model = tg.AudioImageEmbedder(spectrogram, tg.Pictures(*GREY), *towers)
    for tower in towers:
        tower.centre.assign(np.linspace(-0.1, 0.1, 12))
    return model


@pytest.fixture
def by_embedding(embedder, painter, spectrogram):
    """A painter conditioned on embeddings of sounds."""
    tower = tg.EmbeddingTower(tg.SequenceEncoder((8,), (8,)), 12)
    model = tg.Translator(spectrogram, tg.EmbeddingEncoder(tower), painter.target, painter.priors)
    model.initialize_encoder(embedder)
    return model


@pytest.mark.parametrize("windows", [1, 2.5])
def test_a_source_may_be_represented_by_its_embedding(by_embedding, embedder, windows):
    sound = tones(1, int(windows * by_embedding.source_representation.samples))
    vectors = by_embedding.vectors(sound)
    assert vectors.shape == (1, 1, 12)
    images, frames = consecutive(sound[0], by_embedding.source_representation)
    mean = np.average(embedder.embed_images(images), axis=0, weights=frames)
    wanted = 12**0.5 * mean / np.linalg.norm(mean)
    np.testing.assert_allclose(vectors[0, 0], wanted, atol=1e-4)


@pytest.mark.slow
def test_an_embedding_stays_as_it_was_trained(by_embedding, embedder):
    batch = {"image": by_embedding.source_representation(tones(4)), "picture": speckles(4, GREY)}
    by_embedding.compile(keras.optimizers.Adam(0.1), jit_compile=False)
    by_embedding.train_on_batch(batch)
    for mine, theirs in zip(
        by_embedding.encoder.tower.weights, embedder.sound_tower.weights, strict=True
    ):
        np.testing.assert_array_equal(mine, theirs)


def test_an_embedding_may_be_averaged_over_pairs_of_the_training_data(by_embedding, embedder):
    pairs = {"image": by_embedding.source_representation(tones(6)), "picture": speckles(6, GREY)}
    encoder = tg.EmbeddingEncoder(embedder.sound_tower, anchors=5)
    model = tg.Translator(
        by_embedding.source_representation, encoder, by_embedding.target, by_embedding.priors
    )
    model.initialize_anchors(embedder, [{k: v[:4] for k, v in pairs.items()}, pairs])
    first = {k: np.concatenate([v[:4], v[:1]]) for k, v in pairs.items()}
    own, others = embedder(first).values()
    embeddings = embedder.embed_sounds(tones(6, 1024))
    weights = np.exp(embeddings @ np.transpose(others) / float(embedder.temperature))
    mean = weights / weights.sum(axis=1, keepdims=True) @ own
    wanted = 12**0.5 * mean / np.linalg.norm(mean, axis=1, keepdims=True)
    np.testing.assert_allclose(model.vectors(tones(6))[:, 0], wanted, atol=1e-4)
    assert np.any(np.abs(model.vectors(tones(6)) - by_embedding.vectors(tones(6))) > 1e-3)
    with pytest.raises(ValueError, match="anchors must be at most 4, .*; received 5"):
        model.initialize_anchors(embedder, [{k: v[:4] for k, v in pairs.items()}])
    with pytest.raises(ValueError, match="anchors must not be negative"):
        tg.EmbeddingEncoder(embedder.sound_tower, anchors=-1)


def test_an_encoder_of_another_kind_is_not_taken(painter, by_embedding, embedder, spectrogram):
    with pytest.raises(ValueError, match="must be an EmbeddingEncoder.*SequenceEncoder"):
        painter.initialize_encoder(embedder)
    towers = [tg.EmbeddingTower(tg.SequenceEncoder((6,), (8,)), 12) for _ in range(2)]
    other = tg.AudioImageEmbedder(spectrogram, tg.Pictures(*GREY), *towers)
    with pytest.raises(ValueError, match=r"embedder must have the [\d,]+ parameters"):
        by_embedding.initialize_encoder(other)


@pytest.mark.slow
def test_levels_that_are_not_conditioned_are_those_of_a_model_of_codes(spectrogram):
    levels = ([((8,), (2,)), ((8,), (2,))], (7, 5))
    target, other = (vqvae(tg.Pictures(*GREY), *levels) for _ in range(2))
    model = translator(spectrogram, encoder(), target, conditioned=False)
    base = code_model(stirred(other))
    model.initialize_from_code_model(base)
    lower = [one.priors[1].weights for one in (model, base)]
    np.testing.assert_array_equal(lower[0][-1], lower[1][-1])
    batch = {"image": spectrogram(tones(2)), "picture": speckles(2, GREY)}
    batch = model.fill_defaults(batch)
    terms = model.loss_terms(batch, noise.key(0, 2), training=False)
    assert terms["rates"].shape == (2, 1)
    trained = {id(weight) for weight in model.trainable_weights}
    assert not trained & {id(weight) for weight in model.priors[1].weights}
    assert trained >= {id(weight) for weight in model.priors[0].backbone.weights}
    # The condition adds nothing at first: it draws what the base draws without a label.
    drawn = model.sample(tones(2), count=1, seed=3)[:, 0]
    np.testing.assert_allclose(drawn, base.sample(2, seed=3), atol=1e-5)
    with pytest.raises(ValueError, match="autoencoder must have the"):
        model.initialize_from_code_model(code_model(one_level()))


def test_parts_that_do_not_fit_are_refused(spectrogram, painter):
    parts = {"source_representation": spectrogram, "encoder": tg.SequenceEncoder((8, 12), (4, 2))}
    target, priors = painter.target, painter.priors
    with pytest.raises(ValueError, match="received pictures and pictures"):
        tg.Translator(target.representation, parts["encoder"], target, priors)
    narrow = tg.SequenceEncoder((6,), (4,))
    with pytest.raises(ValueError, match=r"vectors of the priors must be 6.*received \[12, 12\]"):
        tg.Translator(spectrogram, narrow, target, priors)
    with pytest.raises(ValueError, match="priors must be for maps of the shapes"):
        tg.Translator(**parts, target=target, priors=priors[:1])
    shapes, counts = target.code_maps()
    conditioned = tg.CodePrior(
        shapes[0], counts[0], tg.Transformer(16, 1, 2, 4, cross=True), classes=2, vectors=12
    )
    with pytest.raises(
        ValueError, match=r"classes of the priors must be \[0, 0\].*received \[2, 0\]"
    ):
        tg.Translator(**parts, target=target, priors=[conditioned, priors[1]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"count": 0}, "count must be at least 1"),
        ({"seed": -1}, "seed must be"),
        ({"temperature": -1.0}, "temperature must not"),
        ({"top_p": 0.0}, "top_p must be"),
        ({"guidance": -1.0}, "guidance must not"),
        ({"seconds": 2.0}, "seconds does not apply"),
    ],
)
def test_settings_out_of_range_are_refused(painter, options, message):
    with pytest.raises(ValueError, match=message):
        painter.sample(tones(1), **options)


def test_inputs_of_another_kind_are_refused(painter, composer):
    with pytest.raises(ValueError, match="waveform must have the shape"):
        painter.sample(speckles(2, COLOUR))
    with pytest.raises(ValueError, match="picture must have the shape"):
        composer.sample(tones(2))
    with pytest.raises(ValueError, match="must be as many; received 3 and 2"):
        painter.log_prob(speckles(3, GREY), tones(2))
