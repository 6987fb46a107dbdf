"""Batch and stepwise EM for mixtures of diagonal Gaussians, as pure functions.

The only part of the negative ELBO that depends on the prior's parameters is -E_q[log p(z)]. It is
minimised by the maximum-likelihood fit of the mixture to posterior draws. `maximize` takes a full
EM step or, during training, a partial one (Cappe and Moulines, "On-line expectation-maximization
algorithm for latent data models", 2009, section 2.3): moving averages of the sufficient statistics

    N_k = E[r_k(z)],    F_k = E[r_k(z) z],    V_k = E[r_k(z) (z - m_k)^2],
    r_k(z) = w_k N(z; m_k, s_k^2) / p(z),

move by a step size (t + 10)^-0.7 towards those of the batch, and the parameters follow:
w_k = N_k, m_k = F_k / N_k, s_k^2 = V_k / N_k. Averages and parameters are equivalent, so only the
parameters are stored. With a step size of one this is ordinary EM.
"""

from typing import NamedTuple

import tensorflow as tf

_DELAY, _EXPONENT = 10.0, 0.7
# Pseudo-count that shrinks the variance of each component to the pooled variance: a maximum a
# posteriori estimate (Fraley and Raftery, 2007), without which few draws would give no variance.
_POOLING = 0.05
# A component is dead if its weight is below this fraction of an equal share.
_DEAD = 0.05
# The halves of a split component are this many standard deviations to either side of its mean.
_SPLIT = 0.5


class Mixture(NamedTuple):
    """weights [K] that sum to one, locs [K, D] and scales [K, D]."""

    weights: tf.Tensor
    locs: tf.Tensor
    scales: tf.Tensor


def expectations(latents, responsibilities):
    """Return the sums over draws that `maximize` needs.

    Args:
        latents: posterior draws, [..., D].
        responsibilities: r_k(z), [..., K].
    """
    latents = tf.reshape(latents, (-1, latents.shape[-1]))  # [N, D]
    responsibilities = tf.reshape(responsibilities, (-1, responsibilities.shape[-1]))  # [N, K]
    return {
        "count": tf.cast(tf.shape(latents)[0], tf.float32),
        "mass": tf.reduce_sum(responsibilities, axis=0),
        "first": tf.matmul(responsibilities, latents, transpose_a=True),
        "second": tf.matmul(responsibilities, tf.square(latents), transpose_a=True),
    }


def stepwise(updates):
    """Return the step size after this many `updates`, for draws that change in training."""
    return (updates + _DELAY) ** -_EXPONENT


def maximize(mixture, sums, step):
    """Return the `Mixture` after one EM step.

    Args:
        mixture: the mixture that gave the responsibilities.
        sums: sums of `expectations` over the whole batch.
        step: step size in (0, 1]; 1 forgets earlier batches.
    """
    batch = {name: sums[name] / sums["count"] for name in ("mass", "first", "second")}
    keep = (1.0 - step) * mixture.weights[:, None]
    mass = keep + step * batch["mass"][:, None]  # [K, 1]
    locs = (keep * mixture.locs + step * batch["first"]) / mass
    spread = keep * (tf.square(mixture.scales) + tf.square(mixture.locs - locs)) + step * (
        batch["second"] - 2.0 * locs * batch["first"] + tf.square(locs) * batch["mass"][:, None]
    )
    pseudo = step * _POOLING / mixture.weights.shape[0]
    pooled = tf.reduce_sum(spread, axis=0)  # [D]
    variance = (tf.maximum(spread, 0.0) + pseudo * pooled) / (mass + pseudo)
    weights = mass[:, 0] / tf.reduce_sum(mass)
    return Mixture(weights, locs, tf.sqrt(variance))


def revive(mixture, directions):
    """Replace the lightest component, if it is dead, by one half of the heaviest, which is split.

    Args:
        mixture: a `Mixture`.
        directions: [K, D], standard normal: offset of the new half, by index of the dead component.
    """
    lightest, heaviest = tf.argmin(mixture.weights), tf.argmax(mixture.weights)
    both = tf.stack([lightest, heaviest])[:, None]
    half = mixture.weights[heaviest] / 2.0
    offset = _SPLIT * mixture.scales[heaviest] * directions[lightest]
    centre = mixture.locs[heaviest]
    weights = tf.tensor_scatter_nd_update(mixture.weights, both, tf.stack([half, half]))
    split = Mixture(
        weights / tf.reduce_sum(weights),
        tf.tensor_scatter_nd_update(
            mixture.locs, both, tf.stack([centre + offset, centre - offset])
        ),
        tf.tensor_scatter_nd_update(mixture.scales, both, tf.stack([mixture.scales[heaviest]] * 2)),
    )
    dead = mixture.weights[lightest] < _DEAD / mixture.weights.shape[0]
    return Mixture(*(tf.where(dead, new, old) for new, old in zip(split, mixture, strict=True)))
