"""`VAE`: a variational autoencoder of spectrograms or images."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.layers.convolutional.decoder import Decoder
from tfaudiogen.layers.convolutional.encoder import Encoder, default_stages
from tfaudiogen.layers.probabilistic.gaussian import GaussianHead
from tfaudiogen.layers.probabilistic.likelihood import PixelLikelihood
from tfaudiogen.layers.probabilistic.mixture import GaussianMixturePrior
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.modalities.generative import ModalityModel
from tfaudiogen.models.training_step.batching import numbered, with_ids
from tfaudiogen.probability import distributions, losses, noise
from tfaudiogen.probability.annealing import annealing
from tfaudiogen.probability.distributions import (
    importance_weighted_log_prob,
    kl_divergence,
    log_prob_of_draws,
    quantize,
)


@register
class VAE(ModalityModel, ProbabilisticModel):
    """A variational autoencoder (Kingma and Welling, 2014) with a Gaussian-mixture prior.

        p(x) = integral of p(x | z) p(z) dz,    q(z | x) = N(z; m(x), L(x) L(x)^T)

        -ELBO(x) = E_q[-log p(x | z)] + KL(q(z | x) || p(z))  =  distortion + rate  >=  -log p(x)

    x is the image quantized to 256 levels, which is also the input of the encoder. The distortion
    uses one sample z = m + L e, e ~ N(0, I); the rate is `distributions.kl_divergence` with
    `kl_samples` samples. The training loss is

        distortion + padding + weight(step) max(rate, free_bits ln 2),

    where `padding` is the distortion of the silence after the end of a short file. It teaches
    the decoder that sounds end, but no reported likelihood includes it. Free bits (Kingma et
    al., 2016) apply to the total rate, because the KL to a mixture does not factorize over
    dimensions. Outside training the loss is the negative ELBO of the unpadded frames.

    Args:
        representation: a `Spectrogram` or `Pictures`.
        latent_size: D, used if `head` is None.
        encoder: layer from images to features; by default an `Encoder` for the image size.
        decoder: layer from latents to pixel parameters; by default the mirrored `Decoder`.
        head: `GaussianHead`, from features to (m, L).
        prior: `GaussianMixturePrior`; 8 components by default.
        likelihood: `PixelLikelihood`; by default a discretized logistic with a scale per pixel.
        kl_weight: a number, an `Annealing`, or a dict of its arguments.
        free_bits: bits per example below which the rate is not penalized.
        kl_samples: number of samples for the Monte Carlo estimate of the rate.
        class_names: names of the dataset's labels, saved with the model.
    """

    terms = ("loss", "rate", "distortion", "padding", "code_length", "pixels")

    def __init__(
        self,
        representation,
        latent_size=128,
        encoder=None,
        decoder=None,
        head=None,
        prior=None,
        likelihood=None,
        kl_weight=1.0,
        free_bits=0.0,
        kl_samples=1,
        class_names=(),
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.representation = representation
        self.head = head or GaussianHead(latent_size)
        self.prior = prior or GaussianMixturePrior(self.head.latent_size, components=8)
        self.likelihood = likelihood or PixelLikelihood(
            image_channels=representation.image_shape[2]
        )
        widths, strides = default_stages(representation.image_shape)
        self.encoder = encoder or Encoder(widths, strides)
        output_shape = (*representation.image_shape[:2], self.likelihood.channels)
        self.decoder = decoder or Decoder(output_shape, widths, strides)
        self.kl_weight = annealing(kl_weight)
        self.free_bits, self.kl_samples = float(free_bits), int(kl_samples)
        self.class_names = list(class_names)
        self._check_sizes()
        self.build()

    def _check_sizes(self):
        if self.head.latent_size != self.prior.latent_size:
            raise ValueError(
                f"head and prior must have the same latent_size, received "
                f"{self.head.latent_size} and {self.prior.latent_size}"
            )
        if self.kl_samples < 1:
            raise ValueError(f"kl_samples must be at least 1, received {self.kl_samples}")

    @property
    def latent_size(self):
        """D, the size of the latent."""
        return self.head.latent_size

    def build(self, input_shape=None):
        shape = (None, *self.representation.image_shape)
        _build(self.encoder, shape)
        _build(self.head, self.encoder.compute_output_shape(shape))
        latents = (None, self.latent_size)
        _build(self.prior, latents)
        _build(self.decoder, latents)
        _build(self.likelihood, self.decoder.compute_output_shape(latents))
        self.built = True

    def call(self, images, training=False):
        """Return the reconstruction E[x | z = m], [B, T, F, C], at the posterior mean of images."""
        loc, _ = self.posterior_parameters(images, training)
        return self.decode_images(loc, training)

    def posterior_parameters(self, images, training=False):
        """Return (m [B, D], L [B, D, D]) of q(z | x), given images [B, T, F, C] in [0, 1]."""
        return self.head(self.encoder(quantize(images), training=training))

    def pixel_parameters(self, latents, training=False):
        """Return the parameters of p(x | z), given latents [B, D]; see `PixelLikelihood`."""
        return self.likelihood(self.decoder(latents, training=training))

    def decode_images(self, latents, training=False):
        """Return the expected images E[x | z], [B, T, F, C] in [0, 1], given latents [B, D]."""
        return self.likelihood.mean(self.pixel_parameters(latents, training))

    def image_entries(self):
        return {"image": self.representation}

    def fill_defaults(self, batch):
        """Add default "id" (0 to B - 1) and "frames" (no padding) entries if missing."""
        size = tf.shape(batch["image"])[0]
        whole = tf.fill([size], self.representation.image_shape[0])
        return {
            "image": batch["image"],
            "id": with_ids(batch)["id"],
            "frames": batch.get("frames", whole),
        }

    def loss_terms(self, batch, key, training):
        images, frames = quantize(batch["image"]), batch["frames"]
        loc, scale_tril = self.posterior_parameters(images, training)
        posterior = distributions.triangular_normal(loc, scale_tril)
        latents, _ = self._draw(loc, scale_tril, key, self.kl_samples)  # [k, B, D]
        rate = kl_divergence(posterior, self.prior.distribution(), latents)
        if training:
            self.prior.observe(latents)

        pixels = self.pixel_parameters(latents[0], training)
        log_prob = self.likelihood.log_prob(pixels, images)
        distortion, padding = (-total for total in losses.sum_over_pixels(log_prob, frames))
        if training:
            floor = self.free_bits * tf.math.log(2.0)
            loss = distortion + padding + self.kl_weight(key.step) * tf.maximum(rate, floor)
        else:
            loss = distortion + rate
        return {
            "loss": loss,
            "rate": rate,
            "distortion": distortion,
            "padding": padding,
            "code_length": rate
            + losses.level_distortion(self.likelihood, pixels, images, frames, distortion),
            "pixels": losses.pixels(images, frames),
        }

    def summarize(self, means):
        """Replace the code length by bits per dimension, code length / (ln 2 pixels)."""
        bits = means["code_length"] / (means["pixels"] * tf.math.log(2.0))
        kept = {name: means[name] for name in ("loss", "rate", "distortion", "padding")}
        return {**kept, "bits_per_dimension": bits}

    def _draw(self, loc, scale_tril, key, count):
        """Return `count` posterior samples z = m + L e and their e, both [count, B, D]."""
        standard = noise.normal(key, "posterior", (count, self.latent_size))  # [B, count, D]
        standard = tf.transpose(standard, [1, 0, 2])
        return loc + tf.einsum("bij,kbj->kbi", scale_tril, standard), standard

    def image_log_prob(self, images, frames, samples=16, seed=0, ids=None):
        """Return the importance-weighted lower bound of log P(levels of x) in nats, [B].

        Args:
            images: [B, T, F, C] in [0, 1].
            frames: int32 [B], number of unpadded frames.
            samples: k, number of posterior samples.
            seed: int in [0, 2**31).
            ids: int64 [B], example indices that key the noise; 0 to B - 1 by default.
        """
        images = quantize(images)
        key = noise.key(seed, tf.shape(images)[0])
        key = key if ids is None else key._replace(index=ids)
        posterior = self.posterior_parameters(images)
        return self.bound(images, frames, posterior, self.prior.log_prob, key, samples)

    def bound(self, images, frames, posterior, log_prior, key, samples):
        """Return the importance-weighted lower bound, [B], for a given posterior and prior.

        Args:
            images: [B, T, F, C], quantized to 256 levels.
            frames: int32 [B], number of unpadded frames.
            posterior: (m [B, D], L [B, D, D]) of q(z | x).
            log_prior: function from latents [k, B, D] to log p(z), [k, B].
            key: `tfaudiogen.probability.noise.Key` of the examples.
            samples: k, number of posterior samples.
        """
        loc, scale_tril = posterior
        latents, standard = self._draw(loc, scale_tril, key, samples)

        def log_likelihood(draw):
            pixels = self.pixel_parameters(draw)
            return losses.sum_over_pixels(
                self.likelihood.interval_log_prob(pixels, images), frames
            )[0]

        log_joint = tf.map_fn(log_likelihood, latents) + log_prior(latents)
        return importance_weighted_log_prob(log_joint, log_prob_of_draws(standard, scale_tril))

    def fit_prior(self, batches, seed=0):
        """Fits the prior to posterior samples of training examples; call it after training.

        This lowers the rate and -ELBO, and makes samples come from where the posterior has mass.

        Args:
            batches: iterable of batches of the training split. It must have at least as many
                examples as the prior has components; a few thousand are enough.
            seed: int in [0, 2**31), for the samples and the fit.
        """
        draw = tf.function(self._draw_once, autograph=False, reduce_retracing=True)
        chosen = tf.constant(seed, tf.int64)
        latents = [draw(self.fill_defaults(batch), chosen) for batch in numbered(batches)]
        self.prior.fit_to(tf.concat(latents, axis=0), seed=seed)

    def _draw_once(self, batch, seed):
        """Return one posterior sample per example, [B, D]."""
        key = noise.Key(seed, tf.zeros((), tf.int64), batch["id"])
        latents, _ = self._draw(*self.posterior_parameters(batch["image"]), key, 1)
        return latents[0]

    def reconstruct_images(self, images):
        """Return the reconstructions of images [B, T, F, C] at the posterior mean."""
        return self(images)

    def sample_latents(self, key, windows=1, temperature=1.0, component=None):
        """Samples latents from the prior.

        The windows of one sound share a component, and their noise is a stationary autoregressive
        process, so each window alone is distributed as that component.

        Args:
            key: `tfaudiogen.probability.noise.Key` of B sounds.
            windows: W, number of windows of each sound.
            temperature, component: as in `LatentPrior.sample`.

        Returns:
            [B, W, D].
        """
        chosen = self.prior.choose(key, component)
        process = stationary_process(noise.normal(key, "latent", (windows, self.latent_size)))
        latents = [
            self.prior.transform(process[:, window], chosen, temperature)
            for window in range(windows)
        ]
        return tf.stack(latents, axis=1)

    def sample_images(self, key, windows=1, temperature=1.0, component=None):
        """Samples images [B, W, T, F, C] in [0, 1] from the prior; see `sample_latents`."""
        latents = self.sample_latents(key, windows, temperature, component)
        return tf.stack([self.decode_images(one) for one in tf.unstack(latents, axis=1)], axis=1)

    def get_config(self):
        parts = ("representation", "encoder", "decoder", "head", "prior", "likelihood")
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            **{part: serialize(getattr(self, part)) for part in parts},
            "kl_weight": self.kl_weight.get_config(),
            "free_bits": self.free_bits,
            "kl_samples": self.kl_samples,
            "class_names": self.class_names,
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for part in ("representation", "encoder", "decoder", "head", "prior", "likelihood"):
            if isinstance(config.get(part), dict):
                config[part] = keras.saving.deserialize_keras_object(config[part])
        return cls(**config)


def _build(layer, shape):
    """Builds a layer, unless it was deserialized already built."""
    if not layer.built:
        layer.build(shape)


_PERSISTENCE = 0.8
"""Correlation between the latents of consecutive windows of a long sample."""


def stationary_process(steps):
    """Return a stationary autoregressive process [B, W, D] with correlation r = 0.8.

        w_1 = e_1,    w_i = r w_(i-1) + sqrt(1 - r^2) e_i

    Args:
        steps: [B, W, D], standard normal e.
    """
    process = [steps[:, 0]]
    for step in tf.unstack(steps, axis=1)[1:]:
        process.append(_PERSISTENCE * process[-1] + (1.0 - _PERSISTENCE**2) ** 0.5 * step)
    return tf.stack(process, axis=1)
