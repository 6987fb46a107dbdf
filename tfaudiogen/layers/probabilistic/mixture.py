"""The prior p(z): a mixture of diagonal Gaussians."""

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from tfaudiogen.layers.blocks import statistics
from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.layers.probabilistic.latent_prior import LatentPrior, column
from tfaudiogen.probability import expectation_maximization as em
from tfaudiogen.probability import noise
from tfaudiogen.probability.distributions import gaussian_mixture, tfd

LEARNING = ("gradient", "em")


@register
class GaussianMixturePrior(LatentPrior):
    """p(z) = sum_k w_k N(z; m_k, diag(s_k)^2), with trained means m and scales s.

    With one component the prior is the fixed standard normal, since the encoder and the decoder
    would absorb a trained affine map of the latent.

    Args:
        latent_size: D.
        components: K.
        train_weights: whether the weights w are trained; otherwise they are equal and fixed.
        learning: "gradient", with all other weights, or "em", by stepwise expectation
            maximisation on posterior draws; see
            `tfaudiogen.probability.expectation_maximization`. `fit_to` refits the prior at
            the end of training with either.
        floor: lower bound of the standard deviation of a component.
    """

    def __init__(
        self,
        latent_size,
        components=1,
        train_weights=False,
        learning="gradient",
        floor=1e-3,
        **kwargs,
    ):
        super().__init__(latent_size, **kwargs)
        if components < 1:
            raise ValueError(f"components must be at least 1, received {components}")
        if learning not in LEARNING:
            raise ValueError(f"learning must be one of {LEARNING}, received {learning!r}")
        self.components = components
        self.train_weights, self.learning, self.floor = train_weights, learning, floor

    def build(self, input_shape=None):
        if self.components > 1:
            shape, normal = (self.components, self.latent_size), keras.initializers.RandomNormal
            # Means about one posterior scale apart, and unit scales: softplus(0.5413) = 1.
            self.locs = self._weight("locs", shape, normal(stddev=0.5))
            self.raw_scales = self._weight("pivots", shape, keras.initializers.Constant(0.5413))
            self.logits = self._weight("logits", shape[:1], "zeros", self.train_weights)
            if self.learning == "em":
                self.updates = self._weight("updates", (), "zeros")
        self.built = True

    def _weight(self, name, shape, initializer, trained=True):
        by_gradient = self.learning == "gradient"
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=initializer,
            trainable=trained and by_gradient,
            aggregation=None if by_gradient else "only_first_replica",
        )

    def distribution(self, condition=None):
        """Returns the prior as a `tfd.Distribution` with event shape [D]; takes no condition."""
        if condition is not None:
            raise ValueError(f"GaussianMixturePrior takes no condition, received {condition!r}")
        if self.components == 1:
            return tfd.MultivariateNormalDiag(tf.zeros(self.latent_size), tf.ones(self.latent_size))
        return gaussian_mixture(self._logits(), *self._parameters())

    def _logits(self):
        logits = tf.identity(self.logits)
        return logits if self.train_weights else tf.zeros_like(logits)

    def observe(self, latents):
        """Report posterior draws [..., D], from which `update_statistics` learns after the step."""
        if self.components > 1 and self.learning == "em":
            statistics.report(self, self._expectations(tf.stop_gradient(latents)))

    def update_statistics(self, sums):
        """Take one step of expectation maximisation, with the sums over a whole batch."""
        step = em.stepwise(tf.identity(self.updates))
        self._assign(em.revive(em.maximize(self._mixture(), sums, step), self._directions()))
        self.updates.assign_add(1.0)

    def fit_to(self, latents, sweeps=100, seed=0):
        """Fits the mixture from scratch to posterior draws by expectation maximisation.

        During training the prior follows a moving posterior; this gives the best prior for the
        final one (Ghosh et al., "From variational to deterministic autoencoders", 2020, section 4,
        fit one to a deterministic encoder).

        Args:
            latents: float32 [N, D], N at least K.
            sweeps: number of EM iterations.
            seed: for the initial centres, chosen as in k-means++ (Arthur and Vassilvitskii, 2007).
        """
        from sklearn.cluster import kmeans_plusplus  # imported here: not needed to load a model

        if len(latents) < self.components:
            raise ValueError(
                f"latents must be at least {self.components}, one for each component; received "
                f"{len(latents)}"
            )
        if self.components == 1:
            return
        centres, _ = kmeans_plusplus(np.asarray(latents), self.components, random_state=seed)
        even = tf.fill([self.components], 1.0 / self.components)
        scales = tf.ones_like(centres) * (tf.math.reduce_std(latents, axis=0) + self.floor)
        self._assign(em.Mixture(even, tf.constant(centres), scales))
        sweep = tf.function(self._sweep, autograph=False)
        latents = tf.convert_to_tensor(latents)
        for number in range(sweeps):  # The second half converges undisturbed.
            sweep(latents, revive=number < sweeps // 2)

    def _sweep(self, latents, revive):
        """Takes one step of EM on all latents."""
        mixture = em.maximize(self._mixture(), self._expectations(latents), 1.0)
        self._assign(em.revive(mixture, self._directions()) if revive else mixture)

    @property
    def can_fit(self):
        """Whether there are components to fit."""
        return self.components > 1

    def _mixture(self):
        return em.Mixture(tf.nn.softmax(tf.identity(self.logits)), *self._parameters())

    def _directions(self):
        return noise.normal(noise.key(0, self.components), "split", (self.latent_size,))

    def _assign(self, mixture):
        spread = tf.maximum(mixture.scales - self.floor, self.floor)
        weights = mixture.weights if self._keeps_weights() else tf.ones_like(mixture.weights)
        self.logits.assign(tf.math.log(weights))
        self.locs.assign(mixture.locs)
        self.raw_scales.assign(tfp.math.softplus_inverse(spread))

    def _keeps_weights(self):
        """Whether `logits` hold weights: trained ones, or the shares that EM tracks."""
        return self.train_weights or self.learning == "em"

    def _expectations(self, latents):
        responsibilities = self.distribution().posterior_marginal(latents).probs_parameter()
        return em.expectations(latents, responsibilities)

    def _parameters(self):
        if self.components == 1:
            return tf.zeros((1, self.latent_size)), tf.ones((1, self.latent_size))
        return tf.identity(self.locs), tf.nn.softplus(tf.identity(self.raw_scales)) + self.floor

    def transform(self, standard_normal, component=None, temperature=1.0):
        """Returns m_k + temperature s_k * standard_normal for components k, int32 [B]."""
        locs, scales = self._parameters()
        if component is None:
            raise ValueError("component must be int32 [B], such as choose() returns; received None")
        spread = column(temperature) * tf.gather(scales, component)
        return tf.gather(locs, component) + spread * standard_normal

    def _drawn(self, key):
        """Returns components drawn by the weights, int32 [B]."""
        if self.components == 1:
            return super()._drawn(key)
        edges = tf.cumsum(tf.nn.softmax(self._logits()))[:-1]
        return tf.searchsorted(edges, noise.uniform(key, "component"), side="right")

    def get_config(self):
        return {
            **super().get_config(),
            "components": self.components,
            "train_weights": self.train_weights,
            "learning": self.learning,
            "floor": self.floor,
        }
