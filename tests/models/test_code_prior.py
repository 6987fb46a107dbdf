"""The prior over codes: its probabilities are exact, causal, and what samples follow."""

import itertools
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen import (
    VQVAE,
    CodePrior,
    LSTMStack,
    Pictures,
    PixelLikelihood,
    ResidualQuantizer,
    Transformer,
)
from tfaudiogen.models.autoencoders.code_levels import default_decoders, default_encoders
from tfaudiogen.models.priors.truncation import categorical_quantile, truncate
from tfaudiogen.probability import noise


def made(backbone="rotary", shape=(3, 2), codebook_size=5, scale=0.5, cross=False, **settings):
    """A prior whose weights are drawn, so that its logits differ."""
    keras.utils.set_random_seed(3)
    length = math.prod(shape)
    backbone = {
        "rotary": lambda: Transformer(16, 2, 2, length, cross=cross),
        "learned": lambda: Transformer(16, 2, 2, length, positions="learned", cross=cross),
        "recurrent": lambda: LSTMStack(16, 2, 2, cross=cross),
    }[backbone]()
    prior = CodePrior(shape, codebook_size, backbone, **settings)
    draw = np.random.default_rng(1)
    if prior.codebook_dim:
        prior.code_vectors.table.assign(draw.normal(size=prior.code_vectors.table.shape))
    for weight in prior.trainable_weights:
        weight.assign(weight + scale * draw.normal(size=weight.shape).astype(np.float32))
    return prior


EVERY = {
    "cross": True,
    "classes": 3,
    "maps": [{"shape": (2, 3), "codebook_size": 4}],
    "vectors": 5,
    "codebook_dim": 3,
}


def conditions(batch, seed=0):
    draw = np.random.default_rng(seed)
    return {
        "label": tf.constant(draw.integers(-1, 3, batch), tf.int32),
        "maps": [tf.constant(draw.integers(0, 4, (batch, 2, 3)), tf.int32)],
        "vectors": tf.constant(draw.normal(size=(batch, 4, 5)), tf.float32),
    }


@pytest.mark.parametrize("backbone", ["rotary", "recurrent"])
def test_probabilities_of_all_maps_sum_to_one(backbone):
    prior = made(backbone, shape=(2, 2), codebook_size=3, classes=2)
    every = np.array(list(itertools.product(range(3), repeat=4)), np.int32).reshape(-1, 2, 2)
    log_prob = prior.log_prob(every, label=tf.ones(len(every), tf.int32))
    assert float(tf.reduce_logsumexp(log_prob)) == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("backbone", ["rotary", "learned", "recurrent"])
@pytest.mark.parametrize("condition", ["none", "label", "maps", "vectors", "mean vector", "every"])
def test_causal_under_each_condition(backbone, condition):
    settings = {
        "none": {},
        "label": {"classes": 3},
        "maps": {"maps": EVERY["maps"]},
        "vectors": {"vectors": 5, "cross": True},
        "mean vector": {"vectors": 5, "cross": True, "mean_vector": True},
        "every": {**EVERY, "mean_vector": True},
    }[condition]
    prior, codes = made(backbone, **settings), np.random.default_rng(0).integers(0, 5, (2, 3, 2))
    own = {name: value for name, value in conditions(2).items() if name in settings}
    own |= {"label": tf.constant([2, 0])} if "classes" in settings else {}
    later = np.repeat(codes.reshape(1, 2, 6), 7, axis=0)
    for place in range(6):
        later[place, :, place:] = (later[place, :, place:] + 1) % 5
    every = tf.nest.map_structure(lambda x: tf.repeat(x[None], 7, axis=0), own)
    every = tf.nest.map_structure(lambda x: tf.reshape(x, [14, *x.shape[2:]]), every)
    logits = np.asarray(prior(later.reshape(14, 3, 2), **every)).reshape(7, 2, 6, 5)
    for place in range(6):
        same = slice(None, place + 1)
        np.testing.assert_allclose(logits[place][:, same], logits[6][:, same], atol=5e-5)
        if place < 5:
            assert np.abs(logits[place][:, place + 1] - logits[6][:, place + 1]).max() > 1e-4


@pytest.mark.parametrize("condition", ["label", "maps", "vectors"])
def test_each_condition_is_heard(condition):
    prior, codes = made(**EVERY), np.zeros((2, 3, 2), np.int32)
    own, other = conditions(2), conditions(2, seed=4)
    logits = prior(codes, **own)
    changed = prior(codes, **{**own, condition: other[condition]})
    assert np.abs(logits - changed).max() > 1e-2


@pytest.mark.parametrize("backbone", ["learned", "recurrent"])
def test_a_prior_with_other_conditions_begins_as_an_unconditional_one(backbone):
    maps, codes = {"maps": EVERY["maps"], "codebook_dim": 3}, np.arange(12).reshape(2, 3, 2) % 5
    old = made(backbone, **maps, classes=3, words=[[0], [1], [0, 1]])
    new = made(backbone, **maps, cross=True, vectors=5, mean_vector=True, scale=0.3)
    own = conditions(2)
    new.initialize_from(old)
    logits = new(codes, maps=own["maps"], vectors=own["vectors"])
    np.testing.assert_allclose(logits, old(codes, maps=own["maps"]), atol=1e-5)


def test_the_mean_of_the_vectors_is_heard_unless_it_is_dropped():
    prior, own = made(**EVERY, mean_vector=True), conditions(2)
    codes = np.zeros((2, 3, 2), np.int32)
    heard = prior(codes, **own)
    for block in prior.backbone.blocks:  # which hear the vectors one by one
        block.crossing.join.kernel.assign(tf.zeros((16, 16)))
    logits = prior(codes, **own)
    turned = prior(codes, **{**own, "vectors": tf.reverse(own["vectors"], [1])})
    other = prior(codes, **{**own, "vectors": -own["vectors"]})
    np.testing.assert_allclose(turned, logits, atol=1e-5)
    assert np.abs(other - logits).max() > 1e-2
    assert np.abs(heard - logits).max() > 1e-2
    dropped = tf.constant([True, True])
    steady = [
        prior.embed_conditions(dropped, **{**own, "vectors": v})[0]
        for v in (own["vectors"], 0 * own["vectors"])
    ]
    np.testing.assert_array_equal(*steady)
    again = CodePrior.from_config(prior.get_config())
    assert [w.shape for w in again.weights] == [w.shape for w in prior.weights]


def test_a_prior_of_another_size_is_not_taken():
    with pytest.raises(ValueError, match="'kind': 'Transformer'.*cannot begin as.*'LSTMStack'"):
        made().initialize_from(made("recurrent"))
    other = [{"shape": (2, 3), "codebook_size": 9}]
    with pytest.raises(
        ValueError, match=r"maps must be .*'codebook_size': 4.*received .*'codebook_size': 9"
    ):
        made(maps=EVERY["maps"]).initialize_from(made(maps=other))


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 2)])
def test_codes_of_one_vector_are_one_to_a_prior_conditioned_on_vectors_alone(shape):
    prior = made(shape=shape, codebook_dim=3)
    for weight in (prior.embed.embeddings, *prior.head.weights):
        weight.assign(tf.zeros_like(weight))
    table = np.array(prior.code_vectors.table)
    table[-1, 4] = table[-1, 1]  # of the last code of each place
    prior.code_vectors.table.assign(table)
    codes = np.random.default_rng(2).integers(0, 5, (3, *shape))
    last = codes.reshape(3, -1, shape[-1] if len(shape) == 3 else 1)[:, :, -1]
    last[:] = 1
    logits = np.asarray(prior(codes)).reshape(3, *last.shape[1:], -1, 5)[:, :, -1]
    np.testing.assert_allclose(logits[..., 4], logits[..., 1], rtol=1e-5)
    assert np.abs(logits[..., 3] - logits[..., 1]).max() > 1e-2
    last[:] = 4
    again = np.asarray(prior(codes)).reshape(3, *last.shape[1:], -1, 5)[:, :, -1]
    np.testing.assert_allclose(logits, again, rtol=1e-5)


def test_the_vectors_are_those_of_the_autoencoder():
    size, shape = 2, (4, 4)
    coder = VQVAE(
        Pictures(8, 8, 1),
        default_encoders([((4,), (2,))]),
        quantizers=[ResidualQuantizer(5, 2, size)],
        decoders=default_decoders([((4,), (2,))], PixelLikelihood().channels),
    )
    prior = made(shape=(*shape, 2), codebook_dim=size)
    prior.copy_codebook(coder)
    latents = coder.quantizers[0].lookup(tf.constant([3, 1]))
    table = prior.code_vectors.table
    np.testing.assert_allclose(table[0, 3] + table[1, 1], latents)
    with pytest.raises(ValueError, match=r"must be of shape \(2, 5, 3\).*received \(2, 5, 2\)"):
        made(shape=(*shape, 2), codebook_dim=3).copy_codebook(coder)


@pytest.mark.parametrize(
    ("backbone", "shape"),
    [
        ("rotary", (5, 4)),
        pytest.param("learned", (5, 4), marks=pytest.mark.slow),
        pytest.param("recurrent", (5, 2, 2), marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, marks=pytest.mark.slow),
        {"guidance": 2.0, "top_k": 4, "top_p": 0.8, "temperature": 0.7},
    ],
)
def test_cached_and_uncached_samples_are_the_same(backbone, shape, settings):
    prior = made(backbone, shape=shape, **EVERY)
    drawn = prior.sample(3, seed=2, **conditions(3), **settings)
    again = prior.sample(3, seed=2, **conditions(3), cached=False, **settings)
    np.testing.assert_array_equal(drawn, again)
    assert len(np.unique(drawn)) > 2


def test_samples_follow_the_probabilities():
    prior = made(shape=(1, 2), codebook_size=3, classes=2)
    drawn = np.asarray(prior.sample(4000, seed=5, label=1)).reshape(-1, 2)
    every = np.array(list(itertools.product(range(3), repeat=2)), np.int32)
    log_prob = prior.log_prob(every.reshape(-1, 1, 2), label=tf.ones(9, tf.int32))
    found = np.bincount(drawn[:, 0] * 3 + drawn[:, 1], minlength=9) / len(drawn)
    np.testing.assert_allclose(found, np.exp(log_prob), atol=0.03)


def test_a_draw_does_not_depend_on_the_batch_and_known_codes_stay():
    prior = made(classes=2)
    pair = prior.sample(2, seed=9, label=tf.constant([0, 1]))
    np.testing.assert_array_equal(prior.sample(1, seed=9, label=0)[0], pair[0])
    known = np.array([[1, 1], [0, 1], [0, 0]], bool)
    fixed = (np.asarray(pair) + 1) % 5
    kept = prior.sample(2, seed=9, label=tf.constant([0, 1]), known_codes=fixed, known=known)
    np.testing.assert_array_equal(np.asarray(kept)[:, known], fixed[:, known])


def test_temperature_zero_is_the_most_likely_code():
    prior = made()
    drawn = prior.sample(2, temperature=0.0)
    logits = np.asarray(prior(drawn))
    np.testing.assert_array_equal(logits.argmax(axis=-1).reshape(2, 3, 2), drawn)


def test_truncation_keeps_the_nucleus_and_the_most_likely():
    logits = tf.math.log([[0.5, 0.3, 0.15, 0.05], [0.05, 0.15, 0.3, 0.5]])
    for top_k, top_p, kept in [(4, 1.0, 4), (2, 1.0, 2), (4, 0.6, 2), (4, 0.81, 3), (1, 0.9, 1)]:
        cut = np.asarray(truncate(logits, top_k, top_p))
        np.testing.assert_array_equal((cut > -1e8).sum(axis=-1), kept)
        assert cut[0].argmax() == 0
        assert cut[1].argmax() == 3
        chosen = {int(categorical_quantile(cut[:1], tf.constant([u]))[0]) for u in (1e-7, 1 - 1e-7)}
        assert chosen <= set(range(kept))


def test_guidance_moves_along_the_difference():
    prior = made(classes=3)
    codes = prior.sample(1, label=2, guidance=3.0, temperature=0.0)
    without = prior(codes)
    guided = without + 3.0 * (prior(codes, label=tf.constant([2])) - without)
    np.testing.assert_array_equal(np.asarray(guided).argmax(axis=-1).reshape(1, 3, 2), codes)


def test_dropped_conditions_are_none():
    prior = made(**EVERY)
    own = conditions(2)
    dropped = prior.embed_conditions(tf.constant([True, False]), **own)
    own["label"] = tf.constant([-1, -1])
    for value, reference in zip(
        dropped, prior.embed_conditions(tf.constant([True, True]), **own), strict=True
    ):
        np.testing.assert_array_equal(value[0], reference[0])
    assert np.abs(dropped[1][0] - dropped[1][1]).max() > 1e-3


def test_in_training_conditions_of_a_share_of_the_examples_are_dropped():
    prior, own = made(**EVERY, condition_dropout=0.25), conditions(400)
    own["label"] = tf.fill([400], 1)
    codes = np.zeros((400, 3, 2), np.int32)
    batch = {"codes": codes, "label": own["label"], "vectors": own["vectors"]}
    batch = prior.fill_defaults({**batch, "above_0": own["maps"][0]})
    found = prior.loss_terms(batch, noise.key(0, 400), training=True)["loss"]
    known = -prior.log_prob(codes, **own)
    dropped, context = prior.embed_conditions(tf.fill([400], True), **own)
    without = prior._logits(prior._flat(codes), dropped, context)
    without = -tf.reduce_sum(tf.nn.log_softmax(without)[..., 0], axis=1)
    own = np.isclose(found, known, rtol=2e-5)
    assert np.all(own ^ np.isclose(found, without, rtol=2e-5))
    assert 0.65 < own.mean() < 0.85


@pytest.mark.slow
def test_learns_a_pattern_and_reports_bits():
    prior = made(shape=(4, 2), codebook_size=4, scale=0.0, classes=2)
    label = np.arange(16) % 2
    codes = (np.arange(8) * (1 + label[:, None]) % 4).reshape(-1, 4, 2)
    data = {"codes": codes.astype(np.int32), "label": label, "id": np.arange(16)}
    batches = tf.data.Dataset.from_tensor_slices(data).batch(16)
    prior.compile(keras.optimizers.Adam(0.02), jit_compile=True, seed=1)
    history = prior.fit(batches, epochs=40, verbose=0).history
    assert history["bits_per_code"][0] == pytest.approx(2.0, abs=0.1)
    logs = prior.evaluate(batches, return_dict=True, verbose=0)
    assert logs["bits_per_code"] < 0.1
    np.testing.assert_array_equal(prior.sample(1, label=1, temperature=0.0)[0], codes[1])


def test_what_is_hidden_in_training_is_hidden():
    prior = made(code_dropout=0.5, dropout=0.5)
    batch = prior.fill_defaults({"codes": np.zeros((2, 3, 2), np.int32)})
    key = noise.key(0, 2)
    terms = [prior.loss_terms(batch, key._replace(step=step), True)["loss"] for step in (0, 1)]
    assert np.abs(terms[0] - terms[1]).max() > 1e-3
    still = [prior.loss_terms(batch, key._replace(step=step), False)["loss"] for step in (0, 1)]
    np.testing.assert_array_equal(*still)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"count": 0}, "count must be at least 1"),
        ({"temperature": -1.0}, "temperature must not be negative"),
        ({"top_k": 0}, "top_k must be at least 1"),
        ({"top_p": 1.5}, "top_p must be in"),
        ({"guidance": 2.0}, "guidance must be 1"),
        ({"maps": [0]}, "maps must be 0 code maps"),
    ],
)
def test_unusable_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        made().sample(**{"count": 1, **arguments})


def test_a_core_that_does_not_fit_is_named():
    with pytest.raises(ValueError, match="backbone.length must be at least 12"):
        CodePrior((4, 3), 5, Transformer(16, 1, 2, 8))
    with pytest.raises(ValueError, match="cross=True exactly if"):
        CodePrior((4, 3), 5, LSTMStack(16, 1), vectors=3)
