import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.probabilistic.mixture import GaussianMixturePrior
from tfaudiogen.probability import expectation_maximization as em


def mixture(components=3, size=2, seed=0):
    random = np.random.default_rng(seed)
    weights = random.dirichlet(np.full(components, 5.0))
    locs = random.normal(size=(components, size))
    scales = random.uniform(0.5, 1.5, size=(components, size))
    return em.Mixture(*(tf.constant(value, tf.float32) for value in (weights, locs, scales)))


def responsibilities(latents, mixture):
    """Brute force: r_k(z) for each draw and component."""
    weights, locs, scales = (np.asarray(part, np.float64) for part in mixture)
    deviations = (latents[:, None] - locs) / scales
    densities = weights * np.exp(-0.5 * (deviations**2).sum(-1)) / scales.prod(-1)
    return densities / densities.sum(1, keepdims=True)


def learn(prior, latents, steps, batch=16, seed=1):
    random = np.random.default_rng(seed)
    for _ in range(steps):
        with statistics.collect() as reported:
            prior.observe(tf.constant(random.choice(latents, batch), tf.float32))
        prior.update_statistics(reported[prior.path])


def prior(components, learning="em", **arguments):
    layer = GaussianMixturePrior(2, components=components, learning=learning, **arguments)
    layer.build()
    return layer


def test_a_whole_step_is_that_of_the_textbook():
    """But for the variance, which is drawn to the pooled one."""
    latents, start = np.random.default_rng(3).normal(size=(400, 2)), mixture()
    shares = responsibilities(latents, start)
    sums = em.expectations(tf.constant(latents, tf.float32), tf.constant(shares, tf.float32))
    new = em.maximize(start, sums, step=1.0)
    mass = shares.mean(0)
    locs = (shares.T @ latents) / shares.sum(0)[:, None]
    spread = (
        np.stack([share @ (latents - loc) ** 2 for share, loc in zip(shares.T, locs, strict=True)])
        / 400
    )
    pseudo = 0.05 / 3
    variance = (spread + pseudo * spread.sum(0)) / (mass[:, None] + pseudo)
    np.testing.assert_allclose(new.weights, mass, rtol=1e-4)
    np.testing.assert_allclose(new.locs, locs, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(new.scales, np.sqrt(variance), rtol=1e-3)


def test_batches_split_over_replicas_give_the_same_sums():
    latents, start = np.random.default_rng(3).normal(size=(11, 2)), mixture()
    shares = responsibilities(latents, start)
    whole, first, rest = (
        em.expectations(
            tf.constant(latents[part], tf.float32), tf.constant(shares[part], tf.float32)
        )
        for part in (slice(None), slice(0, 4), slice(4, None))
    )
    for name, value in whole.items():
        np.testing.assert_allclose(value, first[name] + rest[name], rtol=1e-5, atol=1e-5)


@pytest.mark.slow
def test_a_planted_mixture_is_found():
    random = np.random.default_rng(0)
    centres = np.array([[4.0, 0.0], [-4.0, 1.0], [0.0, -6.0]])
    chosen = random.choice(3, 4000, p=[0.5, 0.3, 0.2])
    latents = centres[chosen] + random.normal(size=(4000, 2)) * [0.5, 1.0]
    layer = prior(3, train_weights=True)
    learn(layer, latents, 600)
    found = np.asarray(layer.locs)
    order = [np.argmin(((found - centre) ** 2).sum(1)) for centre in centres]
    assert sorted(order) == [0, 1, 2]
    np.testing.assert_allclose(found[order], centres, atol=0.35)
    scales = np.asarray(layer.distribution().components_distribution.stddev())
    np.testing.assert_allclose(scales[order], np.tile([0.5, 1.0], (3, 1)), rtol=0.3)
    np.testing.assert_allclose(
        tf.nn.softmax(layer.logits).numpy()[order], [0.5, 0.3, 0.2], atol=0.1
    )


@pytest.mark.slow
def test_every_component_stays_alive():
    latents = np.random.default_rng(0).normal(size=(500, 2)) + [30.0, 0.0]
    layer = prior(8, train_weights=True)
    learn(layer, latents, 300)
    assert np.all(np.abs(np.asarray(layer.locs) - [30.0, 0.0]) < 8.0)
    assert tf.reduce_min(tf.nn.softmax(layer.logits)) > 0.005


def test_a_dead_component_becomes_half_of_the_heaviest():
    before = em.Mixture(
        tf.constant([0.001, 0.7, 0.299]), tf.constant([[9.0], [1.0], [5.0]]), tf.ones((3, 1))
    )
    after = em.revive(before, tf.constant([[2.0], [0.0], [0.0]]))
    np.testing.assert_allclose(after.locs[:, 0], [2.0, 0.0, 5.0])
    np.testing.assert_allclose(after.weights, np.array([0.35, 0.35, 0.299]) / 0.999, rtol=1e-5)
    alive = em.Mixture(tf.constant([0.3, 0.4, 0.3]), before.locs, before.scales)
    for new, old in zip(em.revive(alive, tf.ones((3, 1))), alive, strict=True):
        np.testing.assert_array_equal(new, old)


def test_fixed_weights_stay_equal():
    layer = prior(4)
    learn(layer, np.random.default_rng(0).normal(size=(100, 2)), 30)
    np.testing.assert_allclose(layer.distribution().mixture_distribution.probs_parameter(), 0.25)


def test_learning_by_gradient_reports_nothing():
    layer = prior(4, learning="gradient", train_weights=True)
    assert len(layer.trainable_weights) == 3
    with statistics.collect() as reported:
        layer.observe(tf.zeros((5, 2)))
    assert not reported
    assert not prior(4).trainable_weights


@pytest.mark.parametrize("train_weights", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_fit_is_better_than_any_mixture_nearby(train_weights):
    random = np.random.default_rng(0)
    latents = np.float32(
        random.normal(size=(600, 2)) * [1.0, 0.2] + random.choice([-3.0, 3.0], (600, 1))
    )
    layer = prior(4, learning="gradient", train_weights=train_weights)
    layer.fit_to(latents)
    best = float(tf.reduce_mean(layer.log_prob(latents)))
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(layer.log_prob(latents))
    # The pooled variance leaves a little slope; a mixture one unit off has a slope of order one.
    for gradient in tape.gradient(loss, [w.value for w in layer.trainable_weights]):
        assert np.abs(gradient).max() < 0.05
    again = prior(4, learning="gradient", train_weights=train_weights)
    again.fit_to(latents)
    np.testing.assert_array_equal(again.locs, layer.locs)
    for weight in layer.trainable_weights:
        before = np.asarray(weight)
        weight.assign(before + random.normal(size=before.shape) * 0.3)
        assert float(tf.reduce_mean(layer.log_prob(latents))) < best
        weight.assign(before)


def test_a_fit_needs_a_draw_for_each_component():
    with pytest.raises(ValueError, match="latents must be at least 4, .*; received 3"):
        prior(4).fit_to(np.zeros((3, 2), np.float32))


def test_unknown_learning_is_refused():
    with pytest.raises(ValueError, match="learning must be one of .* received 'magic'"):
        GaussianMixturePrior(2, learning="magic")
