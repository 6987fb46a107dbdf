"""Pure functions from parameters to `tfp.distributions`.

B batch, T frames, F bins, C channels, D latent width, K components. Log-probabilities are in nats.
"""

import functools

import tensorflow as tf
import tensorflow_probability as tfp

tfd = tfp.distributions

LEVELS = 256
"""Number of levels of an 8-bit image, at 0, 1/255, ..., 1."""

_STEP = 1.0 / (LEVELS - 1)


def triangular_normal(loc, scale_tril):
    """Return N(loc, L L^T): loc [B, D], L = scale_tril [B, D, D] lower triangular."""
    return tfd.MultivariateNormalTriL(loc=loc, scale_tril=scale_tril)


def gaussian_mixture(logits, locs, scales):
    """Return sum_k softmax(logits)_k N(locs_k, diag(scales_k)^2).

    Args:
        logits: [K].
        locs: [K, D].
        scales: [K, D], positive.
    """
    return tfd.MixtureSameFamily(
        mixture_distribution=tfd.Categorical(logits=logits),
        components_distribution=tfd.MultivariateNormalDiag(loc=locs, scale_diag=scales),
    )


def kl_divergence(posterior, prior, latents):
    """Return KL(posterior || prior) in nats, [B].

    Between two normals it is analytic (Kullback, 1959), and `latents` are not used. Against other
    priors there is no closed form (for mixtures see Hershey and Olsen, "Approximating the Kullback
    Leibler divergence between Gaussian mixture models", 2007), but the entropy has one:

        KL = E_q[log q(z) - log p(z)] = -H(q) - E_q[log p(z)],

    where the last expectation is the mean over k posterior draws `latents` [k, B, D]: unbiased.
    """
    if isinstance(prior, tfd.MultivariateNormalLinearOperator):
        return tfd.kl_divergence(posterior, prior)
    return -posterior.entropy() - tf.reduce_mean(log_prob_of_all(prior, latents), axis=0)


def log_prob_of_all(distribution, values):
    """Return log p of values [..., D], [...], by way of one batch [N, D].

    Networks inside a distribution, such as those of a flow, then see no other rank.
    """
    flat = distribution.log_prob(tf.reshape(values, (-1, values.shape[-1])))
    return tf.reshape(flat, tf.shape(values)[:-1])


def log_prob_of_draws(standard, scale_tril):
    """Return log N(z; m, L L^T) at z = m + L e, [k, B], from e itself.

    log q(z) = log N(e; 0, I) - sum_i log L_ii. Solving L e = z - m for e instead would lose
    precision for large m.

    Args:
        standard: e, [k, B, D].
        scale_tril: L, [B, D, D].
    """
    log_volume = tf.reduce_sum(tf.math.log(tf.linalg.diag_part(scale_tril)), axis=-1)
    return tf.reduce_sum(tfd.Normal(0.0, 1.0).log_prob(standard), axis=-1) - log_volume


def importance_weighted_log_prob(log_joint, log_posterior):
    """Return log 1/k sum_i p(x, z_i) / q(z_i | x), [B], from two [k, B] tensors.

    A lower bound of log p(x) in expectation that tightens as k grows (Burda, Grosse and
    Salakhutdinov, "Importance weighted autoencoders", 2016, eq. 8).
    """
    log_weights = log_joint - log_posterior
    count = tf.cast(tf.shape(log_weights)[0], log_weights.dtype)
    return tf.reduce_logsumexp(log_weights, axis=0) - tf.math.log(count)


def quantize(images):
    """Return images in [0, 1] rounded to the nearest of the 256 levels."""
    return tf.round(tf.clip_by_value(images, 0.0, 1.0) * (LEVELS - 1)) * _STEP


@functools.singledispatch
def interval_log_prob(distribution, images):
    """Return log P(the level of each pixel), of the shape of `images`.

    A level x stands for the interval (x - 1/510, x + 1/510]; the levels 0 and 1 include the tails,
    so that the probabilities of the 256 levels sum to one for any distribution on the line
    (Salimans et al., "PixelCNN++", 2017, section 2.1).

    Args:
        distribution: a location-scale or continuous Bernoulli distribution of pixels.
        images: values on the 256 levels in [0, 1], of the distribution's batch shape.

    Raises:
        TypeError: for a distribution that is not a density on the line.
    """
    raise TypeError(
        f"interval_log_prob needs a density (Logistic, Normal or ContinuousBernoulli), "
        f"received {type(distribution).__name__}"
    )


@interval_log_prob.register
def _(distribution: tfd.Logistic, images):
    """With a > b the bounds, standardised, and s the sigmoid,

    s(a) - s(b) = s(a) s(-b) (1 - exp(b - a)),

    which is precise for every interval.
    """
    width = _STEP / distribution.scale
    upper = (images + 0.5 * _STEP - distribution.loc) / distribution.scale
    return _logistic_interval(images, upper, upper - width, tf.math.log1p(-tf.exp(-width)))


def _logistic_interval(images, upper, lower, log_width):
    below, above = tf.math.log_sigmoid(upper), tf.math.log_sigmoid(-lower)
    inside = below + above + log_width
    lowest, highest = images < 0.5 * _STEP, images > 1.0 - 0.5 * _STEP
    return tf.where(lowest, below, tf.where(highest, above, inside))


@interval_log_prob.register
def _(distribution: tfd.Normal, images):
    """log(Phi(a) - Phi(b)), mirrored to the left tail, where Phi is small and precise."""
    centre = (images - distribution.loc) / distribution.scale
    half = 0.5 * _STEP / distribution.scale
    far, near = half - tf.abs(centre), -half - tf.abs(centre)  # far > near, mirrored to the left
    inside = tfp.math.log_sub_exp(_log_ndtr(far), _log_ndtr(near))
    lowest, highest = images < 0.5 * _STEP, images > 1.0 - 0.5 * _STEP
    return tf.where(
        lowest, _log_ndtr(centre + half), tf.where(highest, _log_ndtr(half - centre), inside)
    )


def _log_ndtr(x):
    return tfd.Normal(tf.zeros((), x.dtype), tf.ones((), x.dtype)).log_cdf(x)


@interval_log_prob.register
def _(distribution: tfd.ContinuousBernoulli, images):
    """The density c exp(h x) has the support [0, 1], where the end levels have half an interval.

    With a = |h| and x measured from the end of higher density, an interval from l of width w has

    P = exp(-a l) (1 - exp(-a w)) / (1 - exp(-a)).
    """
    logits = distribution.logits
    steepness = tf.maximum(tf.abs(logits), 1e-6)
    distance = tf.where(logits < 0.0, images, 1.0 - images)
    lower = tf.maximum(distance - 0.5 * _STEP, 0.0)
    width = tf.minimum(distance + 0.5 * _STEP, 1.0) - lower
    return -steepness * lower + _log_1m_exp(steepness * width) - _log_1m_exp(steepness)


def _log_1m_exp(x):
    """Return log(1 - exp(-x)) for x > 0."""
    return tf.math.log(-tf.math.expm1(-x))


@functools.singledispatch
def mean_image(distribution):
    """Return E[clip(x, 0, 1)] of each pixel: the expected image, tails clipped to the range."""
    return distribution.mean()


@mean_image.register
def _(distribution: tfd.Logistic):
    """E = integral over (0, 1) of P(x > t) dt = s (softplus(m / s) - softplus((m - 1) / s))."""
    loc, scale = distribution.loc, distribution.scale
    return scale * (tf.nn.softplus(loc / scale) - tf.nn.softplus((loc - 1.0) / scale))


@mean_image.register
def _(distribution: tfd.Normal):
    """E = m (Phi(b) - Phi(a)) - s (phi(b) - phi(a)) + 1 - Phi(b); a, b are 0, 1 standardised."""
    standard = tfd.Normal(0.0, 1.0)
    low = -distribution.loc / distribution.scale
    high = (1.0 - distribution.loc) / distribution.scale
    inside = distribution.loc * (standard.cdf(high) - standard.cdf(low))
    edges = distribution.scale * (standard.prob(low) - standard.prob(high))
    return inside + edges + standard.survival_function(high)
