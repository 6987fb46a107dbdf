"""The prior p(z): a mixture of diagonal Gaussians."""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.distributions import gaussian_mixture, tfd
from tfaudiogen.layers.blocks import register


@register
class GaussianMixturePrior(keras.layers.Layer):
    """p(z) = sum_k w_k N(z; m_k, diag(s_k)^2), with trained means m and scales s.

    With one component the prior is the fixed standard normal: a trained affine map of the latent
    would be absorbed by the encoder and the decoder.

    Args:
        latent_size: D.
        components: K.
        train_weights: whether the weights w are trained; equal and fixed otherwise.
        floor: the least standard deviation of a component.
    """

    def __init__(self, latent_size, components=1, train_weights=False, floor=1e-3, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if components < 1:
            raise ValueError(f"components must be at least 1, received {components}")
        self.latent_size, self.components = latent_size, components
        self.train_weights, self.floor = train_weights, floor

    def build(self, input_shape=None):
        if self.components > 1:
            shape = (self.components, self.latent_size)
            # Means apart by about one posterior scale, and unit scales: softplus(0.5413) = 1.
            self.locs = self.add_weight(
                shape=shape, initializer=keras.initializers.RandomNormal(stddev=0.5), name="locs"
            )
            self.pivots = self.add_weight(
                shape=shape, initializer=keras.initializers.Constant(0.5413), name="pivots"
            )
            self.logits = self.add_weight(
                shape=shape[:1],
                initializer="zeros",
                trainable=self.train_weights,
                name="logits",
            )
        self.built = True

    def distribution(self):
        """Return the prior as a `tfd.Distribution` of event shape [D]."""
        if self.components == 1:
            return tfd.MultivariateNormalDiag(tf.zeros(self.latent_size), tf.ones(self.latent_size))
        return gaussian_mixture(tf.identity(self.logits), *self._parameters())

    def _parameters(self):
        if self.components == 1:
            return tf.zeros((1, self.latent_size)), tf.ones((1, self.latent_size))
        return tf.identity(self.locs), tf.nn.softplus(tf.identity(self.pivots)) + self.floor

    def log_prob(self, latents, condition=None):
        """Return log p(z) in nats for latents [..., D]."""
        _refuse(condition)
        return self.distribution().log_prob(latents)

    def call(self, latents):
        return self.log_prob(latents)

    def sample(self, shape, seed, condition=None, temperature=1.0, component=None):
        """Draw latents.

        Args:
            shape: int, the count B.
            seed: int in [0, 2**31).
            condition: must be None: this prior has no condition.
            temperature: scalar or [B]; scales the standard deviation of the component.
            component: None (drawn by the weights), or int or int [B] in 0 to K - 1.

        Returns:
            float32 [B, D].
        """
        _refuse(condition)
        key = noise.key(seed, shape)
        component = self.choose(key, component)
        return self.place(component, noise.normal(key, "latent", (self.latent_size,)), temperature)

    def choose(self, key, component=None):
        """Return int32 [B]: the given component, or one drawn for each example by the weights."""
        if component is not None:
            self._check(component)
            return tf.broadcast_to(tf.cast(component, tf.int32), tf.shape(key.index))
        if self.components == 1:
            return tf.zeros(tf.shape(key.index), tf.int32)
        edges = tf.cumsum(tf.nn.softmax(tf.identity(self.logits)))[:-1]
        return tf.searchsorted(edges, noise.uniform(key, "component"), side="right")

    def place(self, component, standard, temperature=1.0):
        """Return m_k + temperature s_k * standard for component k [B] and standard [B, D]."""
        locs, scales = self._parameters()
        temperature = tf.reshape(tf.cast(temperature, tf.float32), (-1, 1))
        return tf.gather(locs, component) + temperature * tf.gather(scales, component) * standard

    def _check(self, component):
        value = tf.get_static_value(tf.convert_to_tensor(component))
        if value is not None and (np.min(value) < 0 or np.max(value) >= self.components):
            raise ValueError(
                f"component must be from 0 to {self.components - 1}, received {np.array(value)}"
            )

    def compute_output_shape(self, input_shape):
        return input_shape[:-1]

    def get_config(self):
        return {
            **super().get_config(),
            "latent_size": self.latent_size,
            "components": self.components,
            "train_weights": self.train_weights,
            "floor": self.floor,
        }


def _refuse(condition):
    if condition is not None:
        raise ValueError(f"GaussianMixturePrior takes no condition, received {condition!r}")
