"""Diagnostics of latent dimensions against closed forms."""

import numpy as np
import tensorflow_probability as tfp
from hypothesis import given
from hypothesis import strategies as st

from tfaudiogen.metrics.latents import active_units, marginal_kl, mixture_parameters
from tfaudiogen.probability.distributions import gaussian_mixture

tfd = tfp.distributions
seeds = st.integers(0, 2**31 - 1)


def test_units_are_active_by_the_variance_of_their_means():
    means = np.random.default_rng(0).normal(size=(500, 4)) * [1.0, 0.0, 0.13, 0.07] + 5
    np.testing.assert_array_equal(active_units(means), [True, False, True, False])


@given(seeds)
def test_marginal_divergence_from_a_normal(seed):
    draw = np.random.default_rng(seed)
    locs, scales = draw.normal(size=(3, 4)), draw.uniform(0.01, 2, (3, 4))
    mean, spread = draw.normal(size=(1, 4)), draw.uniform(0.2, 2, (1, 4))
    expected = np.log(spread / scales) + (scales**2 + (locs - mean) ** 2) / (2 * spread**2) - 0.5
    actual = marginal_kl(locs, scales, np.ones(1), mean, spread)
    np.testing.assert_allclose(actual, expected, rtol=1e-8, atol=1e-8)


@given(seeds)
def test_marginal_divergence_from_a_mixture(seed):
    draw = np.random.default_rng(seed)
    locs, scales = draw.normal(size=(1, 2)), draw.uniform(0.1, 1, (1, 2))
    weights, means = draw.dirichlet(np.ones(3)), draw.normal(size=(3, 2))
    spreads = draw.uniform(0.3, 1, (3, 2))
    actual = marginal_kl(locs, scales, weights, means, spreads)
    for place in range(2):
        posterior = tfd.Normal(locs[0, place], scales[0, place])
        prior = tfd.MixtureSameFamily(
            tfd.Categorical(probs=weights), tfd.Normal(means[:, place], spreads[:, place])
        )
        grid = locs[0, place] + scales[0, place] * np.linspace(-9, 9, 20001)
        integrand = posterior.prob(grid) * (posterior.log_prob(grid) - prior.log_prob(grid))
        np.testing.assert_allclose(
            actual[0, place], np.trapezoid(integrand, grid), rtol=1e-3, atol=1e-3
        )


def test_parameters_of_priors():
    logits, means = np.float32([0.0, 1.0]), np.float32([[0, 1, 2], [3, 4, 5]])
    weights, locs, scales = mixture_parameters(gaussian_mixture(logits, means, means + 1))
    np.testing.assert_allclose(weights, np.exp(logits) / np.exp(logits).sum(), rtol=1e-6)
    np.testing.assert_array_equal(locs, means)
    np.testing.assert_array_equal(scales, means + 1)
    weights, locs, scales = mixture_parameters(tfd.MultivariateNormalDiag(means[0], means[1]))
    np.testing.assert_array_equal(weights, [1.0])
    np.testing.assert_array_equal(locs, means[:1])
    np.testing.assert_array_equal(scales, means[1:])


def test_other_priors_are_described_by_their_moments():
    normal = tfd.MultivariateNormalDiag([0.0, 0.0], [1.0, 2.0])
    shifted = tfd.TransformedDistribution(normal, tfp.bijectors.Shift([3.0, -1.0]))
    weights, locs, scales = mixture_parameters(shifted)
    np.testing.assert_array_equal(weights, [1.0])
    np.testing.assert_allclose(locs, [[3.0, -1.0]], atol=0.1)
    np.testing.assert_allclose(scales, [[1.0, 2.0]], rtol=0.05)
