"""Batch and stepwise EM for mixtures of diagonal Gaussians, as pure functions.

The part of the negative ELBO that the prior's parameters can change is -E_q[log p(z)], whose
minimum over them is the maximum-likelihood fit of the mixture to draws of the posterior. `maximize`
takes an EM step towards it, or, within training, a part of one (Cappe and Moulines, "On-line
expectation-maximization algorithm for latent data models", 2009, section 2.3): running averages of
the sufficient statistics

    N_k = E[r_k(z)],    F_k = E[r_k(z) z],    V_k = E[r_k(z) (z - m_k)^2],
    r_k(z) = w_k N(z; m_k, s_k^2) / p(z),

move by a step (t + 10)^-0.7 towards those of the batch, and the parameters follow:
w_k = N_k, m_k = F_k / N_k, s_k^2 = V_k / N_k. Averages and parameters say the same, so only the
parameters are kept. With a step of one this is the ordinary algorithm.
"""

from typing import NamedTuple

import tensorflow as tf

_DELAY, _EXPONENT = 10.0, 0.7
# The variance of each component is drawn to the pooled one by so many average examples' worth:
# a maximum a posteriori estimate (Fraley and Raftery, 2007), or few draws would give no spread.
_POOLING = 0.05
# A component with less than this part of an even share is dead.
_DEAD = 0.05
# The halves of a split component lie this many standard deviations to either side of it.
_SPLIT = 0.5


class Mixture(NamedTuple):
    """weights [K] that sum to one, locs [K, D] and scales [K, D]."""

    weights: tf.Tensor
    locs: tf.Tensor
    scales: tf.Tensor


def expectations(latents, responsibilities):
    """Return the sums over draws that `maximize` needs.

    Args:
        latents: draws of the posterior, [..., D].
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
    """Return the size of the step after so many `updates`, of draws that change in training."""
    return (updates + _DELAY) ** -_EXPONENT


def maximize(mixture, sums, step):
    """Return the `Mixture` after one step.

    Args:
        mixture: the one whose responsibilities the sums were taken with.
        sums: what `expectations` gave for the whole batch.
        step: its size, in (0, 1]; 1 forgets what came before.
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
    """Return the mixture with its lightest component, if dead, made a half of the heaviest.

    Args:
        mixture: a `Mixture`.
        directions: [K, D], standard normal: where the new half of each component goes.
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
