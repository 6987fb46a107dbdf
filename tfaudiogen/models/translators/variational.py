"""`VariationalTranslator`: a conditional VAE."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.pooling import AttentionPool
from tfaudiogen.layers.blocks.residual import freeze, register
from tfaudiogen.layers.probabilistic.gaussian import GaussianHead
from tfaudiogen.models.autoencoders.vae import VAE, stationary_process
from tfaudiogen.models.translators.base import Translation
from tfaudiogen.models.translators.pairs import SOUND
from tfaudiogen.models.translators.target_latents import PosteriorDraws
from tfaudiogen.probability import losses, noise
from tfaudiogen.probability.distributions import kl_divergence, quantize, triangular_normal


@register
class VariationalTranslator(Translation):
    """A conditional variational autoencoder with a prior conditioned on the source.

        p(y | x) = integral of p(y | z) p(z | x) dz,    p(z | x) = N(m(x), L(x) L(x)^T),

        -log p(y | x)  <=  E_q[-log p(y | z)] + KL(q(z | y, x) || p(z | x))  =  distortion + rate

    (Sohn et al., "Learning structured output representation using deep conditional generative
    models", 2015, eq. 4, with a decoder that depends on the source through the latent only). y is
    the target, x the source; L is lower triangular. The rate is the analytic KL of two normal
    distributions. In this direction of the KL, p(z | x) must cover q.

    With `joint`, the target `VAE` except its own prior is trained together with the other parts,
    on distortion + padding + weight(step) max(rate, free_bits ln 2) as in `VAE`. q(z | y, x)
    depends on the source: a linear function of x, initially zero, is added to the encoder features
    of y.

    Without `joint`, the target is pretrained and frozen, q(z | y) is its posterior, and only the
    rate is learned. The p(z | x) that minimizes the mean KL(q(z | y) || p(z | x)) over all y of an
    x has the mean and covariance of all their latents: it covers all of them, where the reverse KL
    would select some.

    Sources, batches and long audio are as in `Translation`; batches with audio as target may have
    "frames" int32 [B], the unpadded frames. The windows of sampled audio share their source and
    part of their noise, and are blended.

    Args:
        source_representation: representation of the source; see `Translation`.
        encoder: layer from source inputs to [B, M, V], such as `SequenceEncoder`.
        target: a `VAE` of another modality.
        hidden: hidden units of the prior's `GaussianHead`.
        heads: heads of the `AttentionPool` that pools the source vectors.
        joint: whether to train the target too.

    Raises:
        ValueError: source and target have the same modality, or the target is no `VAE`.
    """

    note_on_loss = "The loss is a bound of -log p(target | source)"
    terms = ("loss", "rate", "distortion", "padding", "code_length", "pixels")

    def __init__(
        self, source_representation, encoder, target, hidden=192, heads=4, joint=True, **kwargs
    ):
        super().__init__(source_representation, encoder, target, **kwargs)
        if not isinstance(target, VAE):
            raise ValueError(f"target must be a VAE, received a {type(target).__name__}")
        self.hidden, self.heads, self.joint = hidden, heads, bool(joint)
        self.latents = PosteriorDraws(target)
        policy = self.dtype_policy
        self.pool = AttentionPool(self.vector_width, heads, dtype=policy)
        self.prior = GaussianHead(target.latent_size, hidden, dtype=policy)
        self.tell = None
        self.build()

    def build(self, input_shape=None):
        pooled = (None, self.heads * self.vector_width)
        self.pool.build()
        self.prior.build(pooled)
        if self.joint:
            self.target.trainable = True
            freeze(self.target.prior)
            shape = self.target.encoder.compute_output_shape(
                (None, *self.representation.image_shape)
            )
            self.tell = keras.layers.Dense(
                shape[-1], kernel_initializer="zeros", dtype=self.dtype_policy
            )
            self.tell.build(pooled)
        self.built = True

    def fill_defaults(self, batch):
        """Add default "id" and "frames" (of the target) entries if missing."""
        found = super().fill_defaults(batch)
        rows = self.representation.image_shape[0]
        whole = tf.fill(tf.shape(batch[SOUND])[:1], rows)
        recorded = batch.get("frames", whole) if self.representation.kind == "sounds" else whole
        return {**found, "frames": recorded}

    def prior_parameters(self, vectors):
        """Return (m [B, D], L [B, D, D]) of p(z | x), given source vectors [B, M, V]."""
        return self.prior(self.pool(vectors))

    def posterior(self, images, vectors, training=False):
        """Return (m, L) of q(z | y, x), given target images and source vectors."""
        if not self.joint:
            return self.target.posterior_parameters(images)
        features = self.target.encoder(quantize(images), training=training)
        conditioned = self.tell(self.pool(vectors))
        ones = [1] * (features.shape.rank - 2)
        return self.target.head(
            features + tf.reshape(conditioned, (-1, *ones, conditioned.shape[-1]))
        )

    def loss_terms(self, batch, key, training):
        inputs, wanted = self.source_and_target(batch)
        images, frames = quantize(wanted), batch["frames"]
        vectors = self(inputs, training=training)
        loc, scale_tril = self.posterior(images, vectors, training)
        posterior = triangular_normal(loc, scale_tril)
        rate = kl_divergence(posterior, triangular_normal(*self.prior_parameters(vectors)), None)

        standard = noise.normal(key, "posterior", loc.shape[1:])
        latents = loc + tf.linalg.matvec(scale_tril, standard)
        pixels = self.target.pixel_parameters(latents, training and self.joint)
        likelihood = self.target.likelihood
        log_prob = likelihood.log_prob(pixels, images)
        distortion, padding = (-total for total in losses.sum_over_pixels(log_prob, frames))
        levels = losses.level_distortion(likelihood, pixels, images, frames, distortion)
        loss = distortion + rate
        if training and self.joint:
            floor = self.target.free_bits * tf.math.log(2.0)
            weight = self.target.kl_weight(key.step)
            loss = distortion + padding + weight * tf.maximum(rate, floor)
        return {
            "loss": loss,
            "rate": rate,
            "distortion": distortion,
            "padding": padding,
            "code_length": rate + levels,
            "pixels": losses.pixels(images, frames),
        }

    def summarize(self, means):
        """Replace the code length by bits per dimension, as `VAE` does."""
        return self.target.summarize(means)

    def sample(
        self,
        inputs,
        count=1,
        seed=0,
        temperature=None,
        seconds=None,
        phase="pghi",
        progress=False,
    ):
        """Samples targets given sources.

        Args:
            inputs: sources: waveforms [N] or [B, N], images [H, W, C] or [B, H, W, C], or
                conditions; see `Translation`.
            count: n, number of samples per source; at least 1.
            seed: int in [0, 2**31); the same seed gives the same samples at the same position of a
                batch.
            temperature: scales the standard deviation of p(z | x); in [0, inf). None for the
                model's default.
            seconds: duration of audio; None for one window. See the class.
            phase: for audio, "pghi" or "graph"; see `ModalityAutoencoder`.
            progress: whether to show a progress bar on a terminal.

        Returns:
            float32 [B, n, ...], images [H, W, C] or waveforms [N]; [n, ...] for a single source.

        Raises:
            ValueError: an argument is out of range or has a wrong shape.
        """
        temperature, _ = self.drawing(count, seed, temperature)

        def draw(key, vectors, windows):
            latents = self.sample_latents(key, vectors, windows, temperature)
            return self.latents.images([latents[:, :, None]], windows)

        return self.drawn(draw, inputs, count, seed, seconds, phase, progress)

    def sample_latents(self, key, vectors, windows=1, temperature=1.0):
        """Samples latents from p(z | x).

        Args:
            key: `tfaudiogen.probability.noise.Key` of B samples.
            vectors: source vectors [B, M, V].
            windows: W, number of windows of each sound.
            temperature: as in `sample`.

        Returns:
            [B, W, D].
        """
        loc, scale_tril = self.prior_parameters(vectors)
        standard = stationary_process(noise.normal(key, "latent", (windows, loc.shape[-1])))
        return loc[:, None] + temperature * tf.einsum("bij,bwj->bwi", scale_tril, standard)

    def log_prob(self, targets, inputs, samples=16, seed=0):
        """Return a lower bound of the log-probability of targets given sources.

        Longer target audio is split into consecutive windows without overlap, and their bounds are
        added.

        Args:
            targets: waveforms [B, N] or images [B, H, W, C], or a single one without B.
            inputs: B sources, or a single one; see `sample`.
            samples: k, number of importance samples; more give a tighter bound.
            seed: int in [0, 2**31).

        Returns:
            float32 [B], nats of the 8-bit images; for audio, of the unpadded frames.

        Raises:
            ValueError: `targets` and `inputs` differ in number.
        """

        def bound(images, frames, vectors, indices):
            key = noise.key(seed, len(indices))._replace(index=indices)
            return self.image_log_prob(images, frames, vectors, key, samples)

        return self.scored(bound, targets, inputs)

    def image_log_prob(self, images, frames, vectors, key, samples=16):
        """Return the importance-weighted lower bound of log P(levels of y | x) in nats, [B].

        Args:
            images: target images [B, T, F, C] in [0, 1].
            frames: int32 [B], number of unpadded frames; for images, all rows.
            vectors: source vectors [B, M, V], of any number of windows.
            key: `tfaudiogen.probability.noise.Key` of the examples.
            samples: k, number of posterior samples.
        """
        images = quantize(images)
        posterior = self.posterior(images, vectors)
        prior = triangular_normal(*self.prior_parameters(vectors))
        return self.target.bound(images, frames, posterior, prior.log_prob, key, samples)

    def get_config(self):
        own = {name: getattr(self, name) for name in ("hidden", "heads", "joint")}
        return {**super().get_config(), **own}
