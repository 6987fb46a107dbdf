"""Distributions against closed forms, numerical integration and other implementations."""

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import special, stats

from tfaudiogen.probability import distributions, noise

tfd = tfp.distributions
pytestmark = pytest.mark.core

LEVELS = np.arange(256) / 255.0
seeds = st.integers(0, 2**31 - 1)
locs = st.floats(-0.5, 1.5, width=32)
scales = st.floats(2.0**-11, 1.0, width=32)
logits = st.floats(-15.0, 15.0, width=32)
sizes = st.integers(1, 6)


def generator(seed):
    return np.random.default_rng(seed)


def image():
    return tf.constant(LEVELS, tf.float32)


def pixels(family, loc, scale=None):
    if family == "continuous_bernoulli":
        return tfd.ContinuousBernoulli(logits=tf.fill([256], loc))
    return getattr(tfd, family)(tf.fill([256], loc), tf.fill([256], scale))


def exact_interval_log_prob(cdf):
    """Float64 reference of the 256 levels, from a cumulative distribution function."""
    edges = (np.arange(255) + 0.5) / 255
    return np.diff(np.concatenate([[0.0], cdf(edges), [1.0]]))


@pytest.mark.parametrize("family", ["Logistic", "Normal"])
@given(loc=locs, scale=scales)
def test_probabilities_of_the_levels_add_up_to_one(family, loc, scale):
    log_probs = distributions.interval_log_prob(pixels(family, loc, scale), image()).numpy()
    assert np.all(np.isfinite(log_probs))
    np.testing.assert_allclose(np.exp(log_probs.astype(np.float64)).sum(), 1.0, atol=1e-4)


@given(logits)
def test_probabilities_of_a_continuous_bernoulli_add_up_to_one(logit):
    distribution = pixels("continuous_bernoulli", logit)
    log_probs = distributions.interval_log_prob(distribution, image()).numpy()
    assert np.all(np.isfinite(log_probs))
    np.testing.assert_allclose(np.exp(log_probs.astype(np.float64)).sum(), 1.0, atol=1e-4)


@pytest.mark.parametrize(
    ("family", "exact"), [("Logistic", stats.logistic), ("Normal", stats.norm)]
)
@given(loc=locs, scale=scales)
def test_interval_is_a_difference_of_the_cumulative_distribution(family, exact, loc, scale):
    expected = exact_interval_log_prob(lambda x: exact.cdf(x, loc, scale))
    actual = distributions.interval_log_prob(pixels(family, loc, scale), image()).numpy()
    likely = expected > 1e-6  # float64 differences near one lose the rest
    np.testing.assert_allclose(actual[likely], np.log(expected[likely]), rtol=1e-4, atol=1e-3)


def exact_continuous_bernoulli(logit):
    """The density proportional to exp(logit x), integrated over each level in logarithms."""
    edges = np.concatenate([[0.0], (np.arange(255) + 0.5) / 255, [1.0]])
    lower, upper = (edges[:-1], edges[1:]) if logit < 0 else (1 - edges[1:], 1 - edges[:-1])
    slope = -max(abs(logit), 1e-9)
    share = np.log(-np.expm1(slope * (upper - lower))) - np.log(-np.expm1(slope))
    return slope * lower + share


@given(st.floats(-200.0, 200.0, width=32))
@example(0.0)
@example(1e-6)
@example(-11.0)
@example(150.0)
def test_interval_of_a_continuous_bernoulli(logit):
    distribution = pixels("continuous_bernoulli", logit)
    actual = distributions.interval_log_prob(distribution, image())
    expected = exact_continuous_bernoulli(logit)
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("family", ["Logistic", "Normal"])
@given(loc=locs, scale=scales)
def test_interval_agrees_with_a_quantized_distribution(family, loc, scale):
    base = getattr(tfd, family)(np.float64(loc) * 255, np.float64(scale) * 255)
    shifted = tfd.TransformedDistribution(base, tfp.bijectors.Shift(np.float64(-0.5)))
    reference = tfd.QuantizedDistribution(shifted, low=np.float64(0), high=np.float64(255))
    # QuantizedDistribution gives y the interval (y - 1, y], hence the shift by half a level.
    expected = reference.prob(np.arange(256.0)).numpy()
    actual = distributions.interval_log_prob(pixels(family, loc, scale), image()).numpy()
    np.testing.assert_allclose(np.exp(actual), expected, atol=1e-5)


@pytest.mark.parametrize("family", ["Logistic", "Normal"])
def test_improbable_levels_have_finite_values_and_gradients(family):
    locs = tf.Variable([-5.0, 0.0, 0.5, 1.0, 6.0])
    raw_scales = tf.Variable([-7.5, -7.5, -7.5, -7.5, -7.5])
    with tf.GradientTape() as tape:
        distribution = getattr(tfd, family)(locs[:, None], tf.exp(raw_scales)[:, None])
        value = distributions.interval_log_prob(distribution, image()[None])
    assert np.all(np.isfinite(value))
    for gradient in tape.gradient(value, [locs, raw_scales]):
        assert np.all(np.isfinite(gradient))


def test_distribution_without_a_density_is_refused():
    with pytest.raises(TypeError, match="received Bernoulli"):
        distributions.interval_log_prob(tfd.Bernoulli(logits=tf.zeros(256)), image())


@pytest.mark.parametrize(
    ("family", "exact"), [("Logistic", stats.logistic), ("Normal", stats.norm)]
)
@given(loc=locs, scale=st.floats(2.0**-6, 1.0, width=32))
def test_mean_image_is_the_mean_of_the_clipped_distribution(family, exact, loc, scale):
    # E clip(x, 0, 1) = integral over (0, 1) of P(x > t) dt.
    grid = (np.arange(20000) + 0.5) / 20000
    expected = exact.sf(grid, loc, scale).mean()
    actual = distributions.mean_image(getattr(tfd, family)(tf.constant(loc), tf.constant(scale)))
    np.testing.assert_allclose(actual, expected, atol=1e-4)


@given(arrays.arrays(np.float32, 32, elements=st.floats(-0.5, 1.5, width=32)))
def test_quantize_is_idempotent_and_near(values):
    once = distributions.quantize(tf.constant(values)).numpy()
    np.testing.assert_array_equal(distributions.quantize(once), once)
    np.testing.assert_allclose(once * 255, np.round(once * 255), atol=1e-4)
    assert np.all(np.abs(once - values.clip(0, 1)) <= 0.5 / 255 + 1e-6)


def triangular(seed, size, batch=1):
    """Random means [batch, size] and lower triangular factors [batch, size, size]."""
    draw = generator(seed)
    lower = np.tril(draw.normal(scale=0.4, size=(batch, size, size)), -1)
    lower += draw.uniform(0.2, 1.5, (batch, 1, size)) * np.eye(size)
    return draw.normal(size=(batch, size)).astype(np.float32), lower.astype(np.float32)


def draws(loc, lower, count, seed=0):
    """`count` reparametrised draws [count, B, D], of the package's own noise."""
    standard = noise.normal(noise.key(seed, len(loc)), "latents", (count, loc.shape[1]))
    return loc + tf.einsum("bij,bkj->kbi", lower, standard)


def mixture(seed, components, size):
    draw = generator(seed)
    return (
        draw.normal(size=components).astype(np.float32),
        draw.normal(size=(components, size)).astype(np.float32),
        draw.uniform(0.3, 2.0, (components, size)).astype(np.float32),
    )


@given(seeds, sizes)
def test_triangular_posterior_is_the_normal_of_the_full_covariance(seed, size):
    loc, lower = triangular(seed, size)
    posterior = distributions.triangular_normal(loc, lower)
    covariance = (lower[0] @ lower[0].T).astype(np.float64)
    values = loc[0] + generator(seed + 1).normal(size=(5, size)).astype(np.float32)
    expected = stats.multivariate_normal(loc[0].astype(np.float64), covariance).logpdf(values)
    actual = posterior.log_prob(values[:, None])[:, 0]
    np.testing.assert_allclose(actual, np.atleast_1d(expected), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(posterior.covariance()[0], covariance, rtol=1e-4, atol=1e-5)
    entropy = 0.5 * np.linalg.slogdet(2 * np.pi * np.e * covariance)[1]
    np.testing.assert_allclose(posterior.entropy()[0], entropy, rtol=1e-4, atol=1e-4)


@given(seeds, st.integers(1, 5), sizes)
def test_mixture_is_the_log_of_a_sum(seed, components, size):
    logits, means, spreads = mixture(seed, components, size)
    values = generator(seed + 1).normal(size=(7, size)).astype(np.float32)
    normals = stats.norm(means, spreads).logpdf(values[:, None].astype(np.float64)).sum(-1)
    weights = special.log_softmax(logits.astype(np.float64))
    expected = special.logsumexp(weights + normals, axis=1)
    actual = distributions.gaussian_mixture(logits, means, spreads).log_prob(values)
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-4)


@given(seeds, sizes)
def test_analytic_kl_divergence_against_numpy(seed, size):
    loc, lower = triangular(seed, size)
    _, (mean,), (spread,) = mixture(seed, 1, size)
    prior = tfd.MultivariateNormalDiag(mean, spread)
    actual = distributions.kl_divergence(distributions.triangular_normal(loc, lower), prior, None)
    covariance, precision = lower[0] @ lower[0].T, 1 / spread.astype(np.float64) ** 2
    expected = 0.5 * (
        np.sum(precision * np.diag(covariance))
        + np.sum(precision * (loc[0] - mean) ** 2)
        - size
        + 2 * np.log(spread.astype(np.float64)).sum()
        - 2 * np.log(np.diag(lower[0]).astype(np.float64)).sum()
    )
    np.testing.assert_allclose(actual, [expected], rtol=1e-3, atol=1e-3)


@given(seeds, sizes)
def test_monte_carlo_kl_divergence_has_the_analytic_mean(seed, size):
    loc, lower = triangular(seed, size)
    logit, means, spreads = mixture(seed, 1, size)
    posterior = distributions.triangular_normal(loc, lower)
    normal = tfd.MultivariateNormalDiag(means[0], spreads[0])
    one_component = distributions.gaussian_mixture(logit, means, spreads)
    latents = draws(loc, lower, 4000)
    terms = (posterior.log_prob(latents) - one_component.log_prob(latents)).numpy()
    actual = distributions.kl_divergence(posterior, one_component, latents)
    analytic = distributions.kl_divergence(posterior, normal, None)
    error = terms.std() / np.sqrt(len(terms))
    np.testing.assert_allclose(actual, analytic, atol=5 * error + 1e-4)


@given(seeds, st.integers(2, 4), sizes)
def test_kl_divergence_from_a_mixture_is_not_negative(seed, components, size):
    loc, lower = triangular(seed, size, batch=3)
    prior = distributions.gaussian_mixture(*mixture(seed, components, size))
    posterior = distributions.triangular_normal(loc, lower)
    latents = draws(loc, lower, 2000)
    divergence = distributions.kl_divergence(posterior, prior, latents).numpy()
    spread = (posterior.log_prob(latents) - prior.log_prob(latents)).numpy().std(axis=0)
    assert np.all(divergence > -5 * spread / np.sqrt(2000))


def linear_gaussian(seed, size, data=4, noise_scale=0.7):
    """z ~ N(0, I), x = W z + noise: the evidence and the posterior have closed forms."""
    draw = generator(seed)
    weights = draw.normal(size=(data, size))
    sound = draw.normal(size=data)
    evidence = stats.multivariate_normal(
        np.zeros(data), weights @ weights.T + noise_scale**2 * np.eye(data)
    ).logpdf(sound)
    precision = np.eye(size) + weights.T @ weights / noise_scale**2
    covariance = np.linalg.inv(precision)
    mean = covariance @ weights.T @ sound / noise_scale**2

    def log_joint(latents):
        given = stats.norm(latents @ weights.T, noise_scale).logpdf(sound).sum(-1)
        return (given + stats.norm.logpdf(latents).sum(-1)).astype(np.float32)

    return evidence, mean, covariance, log_joint


@given(seeds, st.integers(1, 3))
def test_exact_posterior_gives_the_evidence_with_any_number_of_samples(seed, size):
    evidence, mean, covariance, log_joint = linear_gaussian(seed, size)
    posterior = stats.multivariate_normal(mean, covariance)
    for count in (1, 3):
        latents = posterior.rvs(count, random_state=seed).reshape(count, size)
        log_posterior = np.reshape(posterior.logpdf(latents), (count, 1)).astype(np.float32)
        bound = distributions.importance_weighted_log_prob(
            tf.constant(log_joint(latents)[:, None]), tf.constant(log_posterior)
        )
        np.testing.assert_allclose(bound, [evidence], rtol=1e-3, atol=1e-3)


@given(seeds, st.integers(1, 3))
def test_importance_weighted_bound_tightens_from_the_elbo_to_the_evidence(seed, size):
    evidence, mean, covariance, log_joint = linear_gaussian(seed, size)
    # Wider than the posterior and off its mean, so that the bounds differ and weights are bounded.
    spread = 1.4 * np.sqrt(np.linalg.eigvalsh(covariance).max())
    repeats, counts = 2000, (1, 4, 32)
    latents = mean + 0.3 * spread + spread * generator(seed).normal(size=(32, repeats, size))
    log_posterior = stats.norm(mean + 0.3 * spread, spread).logpdf(latents).sum(-1)
    terms = tf.constant(log_joint(latents)), tf.constant(log_posterior.astype(np.float32))
    bounds = [
        distributions.importance_weighted_log_prob(*(term[:count] for term in terms)).numpy()
        for count in counts
    ]
    elbo = (terms[0] - terms[1]).numpy()
    np.testing.assert_allclose(bounds[0], elbo[0], rtol=1e-4, atol=1e-4)
    means = [bound.mean() for bound in bounds]
    errors = [bound.std() / np.sqrt(repeats) for bound in bounds]
    assert means[0] - 4 * errors[0] <= means[1] + 4 * errors[1]
    assert means[1] - 4 * errors[1] <= means[2] + 4 * errors[2]
    assert means[2] <= evidence + 4 * errors[2] + 1e-3
    # For the same draws Jensen's inequality holds without any error.
    assert np.all(bounds[2] >= elbo.mean(axis=0) - 1e-3)
