"""Metrics of latents: active units, and the KL divergence of marginals."""

import numpy as np
from scipy.special import logsumexp

from tfaudiogen.probability.distributions import tfd

_ACTIVE = 0.01
_DRAWS = 4096
_LOG_ROOT = 0.5 * np.log(2 * np.pi)


def active_units(means):
    """Return bool [D]: whether the variance of E[z | x] over examples exceeds 0.01.

    Args:
        means: posterior means [n, D].

    Source: Burda, Grosse and Salakhutdinov, "Importance weighted autoencoders", ICLR 2016.
    """
    return np.var(np.asarray(means, np.float64), axis=0) > _ACTIVE


def marginal_kl(locs, scales, weights, component_locs, component_scales, points=32):
    """Return KL(q(z_d | x) || p(z_d)) in nats, [B, D], of each dimension's marginals.

    A diagnostic only: between a triangular posterior and a mixture, the sum over dimensions is not
    the joint divergence. The integral is a Gauss-Hermite quadrature.

    Args:
        locs, scales: means and standard deviations of the posterior's marginals, [B, D].
        weights: of the prior's K components, [K].
        component_locs, component_scales: of the prior's components, [K, D].
        points: number of quadrature points.
    """
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(points)
    node_weights = node_weights / node_weights.sum()
    values = locs[..., None] + scales[..., None] * nodes  # [B, D, points]
    standard = (values[..., None] - component_locs.T[:, None]) / component_scales.T[:, None]
    log_normal = -0.5 * standard**2 - np.log(component_scales.T[:, None]) - _LOG_ROOT
    log_prior = logsumexp(log_normal + np.log(weights), axis=-1)
    entropy = np.log(scales) + _LOG_ROOT + 0.5
    return -entropy - log_prior @ node_weights


def mixture_parameters(prior):
    """Return numpy (weights [K], means [K, D], standard deviations [K, D]) of a prior.

    Args:
        prior: `tfd.MixtureSameFamily` of diagonal normals, or one normal (K = 1). Any other
            distribution is described by one normal with the moments of 4,096 draws.
    """
    if isinstance(prior, tfd.MultivariateNormalLinearOperator):
        return np.ones(1), prior.mean().numpy()[None], prior.stddev().numpy()[None]
    if not isinstance(prior, tfd.MixtureSameFamily):
        draws = prior.sample(_DRAWS, seed=(0, 0)).numpy().astype(np.float64)
        return np.ones(1), draws.mean(axis=0)[None], draws.std(axis=0)[None]
    components = prior.components_distribution
    weights = prior.mixture_distribution.probs_parameter().numpy()
    return weights, components.mean().numpy(), components.stddev().numpy()
