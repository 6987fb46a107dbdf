"""The contract of priors p(z) of latents."""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.probability import noise
from tfaudiogen.probability.distributions import log_prob_of_all


class LatentPrior(keras.layers.Layer):
    """Base class of priors p(z) of latents z in R^D.

    A subclass defines `distribution`. The other methods have defaults for a
    `tfd.TransformedDistribution` of a standard normal e by a bijector f,

        z = f(e),    log p(z) = log N(f^-1(z); 0, I) + log |det df^-1(z)/dz|,

    a normalising flow (Rezende and Mohamed, "Variational inference with normalizing flows", 2015).
    For any other distribution, override `transform` too.

    A `VAE` trains the weights of its prior together with its own. The rate KL(q(z | x) || p(z)) is
    analytic if p is a normal. Otherwise it is an unbiased mean over posterior draws; see
    `tfaudiogen.probability.distributions.kl_divergence`.

    Example:

        @keras.saving.register_keras_serializable("mine")
        class ShiftedPrior(ta.LatentPrior):
            def build(self, input_shape=None):
                self.shift = self.add_weight(shape=(self.latent_size,), name="shift")
                self.built = True

            def distribution(self, condition=None):
                normal = tfd.MultivariateNormalDiag(tf.zeros(self.latent_size))
                return tfd.TransformedDistribution(normal, tfb.Shift(self.shift.value))

        model = ta.VAE(ta.Spectrogram(), latent_size=32, prior=ShiftedPrior(32))

    Args:
        latent_size: D.
    """

    components = 1
    """K, the number of components that `sample` can be restricted to; 1 if there are none."""

    def __init__(self, latent_size, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.latent_size = latent_size

    def distribution(self, condition=None):
        """Returns the prior as a `tfd.Distribution` with event shape [D].

        Args:
            condition: for subclasses with a condition; others raise ValueError unless it is None.
        """
        raise NotImplementedError(f"{type(self).__name__} must define distribution()")

    def transform(self, standard_normal, component=None, temperature=1.0):
        """Returns the latents that belong to standard normal noise.

        Args:
            standard_normal: float32 [B, D].
            component: int32 [B], for subclasses with components.
            temperature: scalar or [B]; scales the noise.

        Returns:
            float32 [B, D]. At temperature 1 it is distributed as `distribution()`.

        Raises:
            TypeError: `distribution()` is not a `tfd.TransformedDistribution`.
        """
        distribution = self.distribution()
        if not hasattr(distribution, "bijector"):  # The class that TFP returns is private.
            raise TypeError(
                f"{type(self).__name__} must define transform(), since its distribution is a "
                f"{type(distribution).__name__} and not a TransformedDistribution of a standard "
                "normal"
            )
        return distribution.bijector.forward(column(temperature) * standard_normal)

    def fit_to(self, latents, seed=0):
        """Fits the prior to posterior draws [N, D], at the end of training.

        The default leaves the prior as training by gradient has made it.
        """

    @property
    def can_fit(self):
        """Whether `fit_to` does something."""
        return type(self).fit_to is not LatentPrior.fit_to

    def observe(self, latents):
        """Receives posterior draws [..., D] in each training step; for learning by statistics.

        See `tfaudiogen.layers.blocks.statistics`. The default ignores them.
        """

    def log_prob(self, latents, condition=None):
        """Returns log p(z) in nats for latents [..., D]."""
        return log_prob_of_all(self.distribution(condition), latents)

    def call(self, latents):
        return self.log_prob(latents)

    def sample(self, shape, seed, condition=None, temperature=1.0, component=None):
        """Draws latents.

        Args:
            shape: int, the count B.
            seed: int in [0, 2**31).
            condition: as in `distribution`.
            temperature: scalar or [B]; scales the noise around the mean or the component's mean.
            component: int or int [B] in 0 to K - 1; None draws it by the weights.

        Returns:
            float32 [B, D].
        """
        self.distribution(condition)  # refuses a condition that it does not take
        key = noise.key(seed, shape)
        normal = noise.normal(key, "latent", (self.latent_size,))
        return self.transform(normal, self.choose(key, component), temperature)

    def choose(self, key, component=None):
        """Returns components int32 [B]: `component` if it is not None, and otherwise draws.

        Args:
            key: `tfaudiogen.probability.noise.Key` of B examples.
            component: int or int [B] in 0 to K - 1, or None.

        Raises:
            ValueError: a component is out of range.
        """
        if component is None:
            return self._drawn(key)
        value = tf.get_static_value(tf.convert_to_tensor(component))
        if value is not None and (np.min(value) < 0 or np.max(value) >= self.components):
            raise ValueError(
                f"component must be from 0 to {self.components - 1}, received {np.array(value)}"
            )
        return tf.broadcast_to(tf.cast(component, tf.int32), tf.shape(key.index))

    def _drawn(self, key):
        return tf.zeros(tf.shape(key.index), tf.int32)

    def compute_output_shape(self, input_shape):
        return input_shape[:-1]

    def get_config(self):
        return {**super().get_config(), "latent_size": self.latent_size}


def column(temperature):
    """Returns a scalar or [B] as float32 [1, 1] or [B, 1], to multiply noise [B, D]."""
    return tf.reshape(tf.cast(temperature, tf.float32), (-1, 1))
