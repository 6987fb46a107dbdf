"""`VQVAE`: an autoencoder with discrete codes on one or more levels."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.layers.probabilistic.likelihood import PixelLikelihood
from tfaudiogen.models.autoencoders.code_autoencoder import CodeAutoencoder
from tfaudiogen.models.autoencoders.code_levels import (
    default_decoders,
    default_encoders,
    default_maps,
    default_quantizers,
)
from tfaudiogen.models.autoencoders.code_usage import code_counts, usage_figures
from tfaudiogen.models.base import ProbabilisticModel
from tfaudiogen.models.training_step.batching import with_ids
from tfaudiogen.probability import losses, noise
from tfaudiogen.probability.distributions import quantize


@register
class VQVAE(CodeAutoencoder, ProbabilisticModel):
    """A vector-quantized autoencoder (van den Oord et al., 2017) with L levels.

    With two levels it is the VQ-VAE-2 (Razavi et al., 2019). Level 0 has the finest map. Encoder
    maps h, codes c with embeddings e, and decoder maps u are

        h_0 = encoder_0(x),    h_l = encoder_l(h_(l-1)),
        c_l = quantizer_l(h_l, u_(l+1)),    u_l = decoder_l(e_l, u_(l+1)).

    The top level has no u above it, and u_0 are the parameters of p(x | c). Each level's codes are
    conditioned on the levels above, and the image is decoded from the codes of all levels.

        -log p(x)  <=  -log p(x | c) - log p(c)  =  distortion + rate

    at the codes c of x. The model has no prior: p(c) is uniform, and the rate is log K for each
    code of the window, including padding. A trained prior over the codes lowers it. The training
    loss is

        distortion + padding + sum_l penalty_l,

    with the padding of `VAE` and the penalties of the quantizers, whose codebooks are updated by
    moving averages.

    Lists of layers (`encoders`, `decoders`, `quantizers`) start with level 0. Lists of codes and
    metrics start with the top level, the order of generation.

    Args:
        representation: a `Spectrogram` or `Pictures`, which defines `image_shape`.
        levels: L, used if `quantizers` is None.
        encoders: L layers; the first maps the image, each other the map below to a smaller map.
        decoders: L layers; the first outputs `likelihood.channels` channels.
        quantizers: L layers; see `tfaudiogen.layers.quantizers.vector`.
        likelihood: `PixelLikelihood`; by default a discretized logistic with a scale per pixel.
        class_names: names of the dataset's labels, saved with the model.
    """

    terms = ("loss", "rate", "distortion", "padding", "code_length", "pixels")

    def __init__(
        self,
        representation,
        levels=2,
        encoders=None,
        decoders=None,
        quantizers=None,
        likelihood=None,
        class_names=(),
        *,
        further=None,
        **kwargs,
    ):
        """Creates the model; see the class.

        Args:
            further: {attribute: layer} of further layers of a subclass, built on the image shape.
            kwargs: passed to `ProbabilisticModel`.
        """
        quantizers = quantizers or default_quantizers(levels)
        levels = len(quantizers)
        vectors = {"gaps": levels}
        for number, quantizer in enumerate(reversed(quantizers)):
            vectors[f"counts_{number}"] = quantizer.codebook_size * math.prod(quantizer.tail)
        super().__init__(vectors=vectors, **kwargs)
        self.representation = representation
        self.likelihood = likelihood or PixelLikelihood(
            image_channels=representation.image_shape[2]
        )
        self.quantizers = list(quantizers)
        stages = default_maps(representation.image_shape, levels)
        self.encoders = list(encoders or default_encoders(stages))
        bins = representation.kind == "sounds"
        channels = self.likelihood.channels
        self.decoders = list(decoders or default_decoders(stages, channels, bin_bias=bins))
        self.class_names = list(class_names)
        self._further = list(further or {})
        for name, layer in (further or {}).items():
            setattr(self, name, layer)
        self._check_levels()
        self.build()

    def _check_levels(self):
        counts = [len(part) for part in (self.encoders, self.decoders, self.quantizers)]
        if len(set(counts)) > 1:
            raise ValueError(
                "encoders, decoders and quantizers must be as many, one for each level; received "
                f"{counts[0]}, {counts[1]} and {counts[2]}"
            )

    def build(self, input_shape=None):
        shape = (None, *self.representation.image_shape)
        for name in self._further:
            _build(getattr(self, name), shape)
        maps = []
        for encoder in self.encoders:
            _build(encoder, shape)
            shape = encoder.compute_output_shape(shape)
            maps.append(shape)
        self.map_shapes = [tuple(map_shape[1:3]) for map_shape in maps]
        above = 0
        for shape, quantizer, decoder in self._downwards(maps):
            _build(quantizer, (*shape[:3], shape[3] + above))
            latents = (*shape[:3], quantizer.codebook_dim + above)
            _build(decoder, latents)
            above = decoder.compute_output_shape(latents)[3]
        _build(self.likelihood, decoder.compute_output_shape(latents))
        self.built = True

    def _downwards(self, *parts):
        """Return tuples (*parts, quantizer, decoder) of each level, top level first."""
        lists = (*parts, self.quantizers, self.decoders)
        return list(zip(*map(list, map(reversed, lists)), strict=True))

    @property
    def code_shapes(self):
        """List of the (T, F) shapes of the code maps, top level first."""
        return self.map_shapes[::-1]

    @property
    def codebook_sizes(self):
        """List of the codebook sizes K, top level first."""
        return [quantizer.codebook_size for quantizer in reversed(self.quantizers)]

    @property
    def coder_weights(self):
        """Weights of encoders, decoders, quantizers and likelihood, without a subclass' own."""
        parts = (*self.encoders, *self.decoders, *self.quantizers, self.likelihood)
        return [weight for part in parts for weight in part.weights]

    def code_maps(self):
        """Return the code map shapes, (T, F) or (T, F, Q), and codebook sizes, top level first."""
        tails = [quantizer.tail for quantizer in reversed(self.quantizers)]
        shapes = [(*shape, *tail) for shape, tail in zip(self.code_shapes, tails, strict=True)]
        return shapes, self.codebook_sizes

    def code_vectors(self):
        """Return the codebook vectors of each level, float32 [Q, K, D], top level first."""
        return [quantizer.vectors() for quantizer in reversed(self.quantizers)]

    def call(self, images, training=False):
        """Return the reconstruction E[x | c], [B, T, F, C], of images at their codes."""
        pixels, _ = self._reconstructed(images, training)
        return self.likelihood.mean(pixels)

    def _reconstructed(self, images, training=False, passing=None):
        """Return the pixel parameters and the list of quantizer outputs, top level first.

        Args:
            images: [B, T, F, C] in [0, 1].
            training: the `training` argument of the layers.
            passing: scalar; 1 lets gradients pass through the codes, 0 stops them. None passes.
        """
        # Silence is zero, so features respond to sound and not to a constant common to all images.
        maps, x = [], quantize(images)
        for encoder in self.encoders:
            x = encoder(x, training=training)
            maps.append(x)
        found, above = [], None
        for features, quantizer, decoder in self._downwards(maps):
            one = quantizer(_joined(features, above), training=training)
            found.append(one if passing is None else _stopped(one, passing))
            above = decoder(_joined(found[-1]["latents"], above), training=training)
        return self.likelihood(above), found

    def encode_codes(self, images):
        """Encodes images [B, T, F, C] in [0, 1] to codes.

        Returns:
            List of int32 [B, T_l, F_l], or [B, T_l, F_l, Q] with a residual quantizer, top level
            first.
        """
        return [one["code"] for one in self._reconstructed(images)[1]]

    def encode_vectors(self, images):
        """Return the encoder vectors of images before quantization ("vectors" of the quantizers).

        Returns:
            List of float32 [B, T_l, F_l, D_l], top level first.
        """
        return [one["vectors"] for one in self._reconstructed(images)[1]]

    def nearest_codes(self, vectors):
        """Quantizes vectors, in the format of `encode_vectors` but of any length, to codes."""
        pairs = zip(reversed(self.quantizers), vectors, strict=True)
        return [quantizer.nearest(one) for quantizer, one in pairs]

    def decode_codes(self, codes):
        """Return the expected images E[x | c], [B, T, F, C] in [0, 1], given codes.

        Args:
            codes: codes of all L levels, top level first; see `encode_codes`.
        """
        return self.likelihood.mean(self.pixel_parameters(codes))

    def pixel_parameters(self, codes, training=False):
        """Return the `PixelLikelihood` parameters of p(x | c), given codes, top level first."""
        self._check_codes(codes)
        above = None
        for code, (quantizer, decoder) in zip(codes, self._downwards(), strict=True):
            above = decoder(_joined(quantizer.lookup(code), above), training=training)
        return self.likelihood(above)

    def _check_codes(self, codes):
        tails = [quantizer.tail for quantizer in reversed(self.quantizers)]
        wanted = [(*shape, *tail) for shape, tail in zip(self.code_shapes, tails, strict=True)]
        received = [tuple(np.shape(code)[1:]) for code in codes]
        if received != wanted:
            raise ValueError(
                f"codes must be [B, ...] of the shapes {wanted}, top level first; "
                f"received {received}"
            )

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

    @property
    def rate(self):
        """Rate of one window in nats, with uniformly distributed codes: the sum of log K."""
        pairs = zip(self.map_shapes, self.quantizers, strict=True)
        return sum(
            math.prod((*shape, *quantizer.tail)) * math.log(quantizer.codebook_size)
            for shape, quantizer in pairs
        )

    def loss_terms(self, batch, key, training):
        images = quantize(batch["image"])
        pixels, found = self._reconstructed(images, training)
        return self._terms(images, batch["frames"], pixels, found, key, training)

    def _terms(self, images, frames, pixels, found, key, training):
        """Return the loss terms, given pixel parameters and quantizer outputs."""
        log_prob = self.likelihood.log_prob(pixels, images)
        distortion, padding = (-total for total in losses.sum_over_pixels(log_prob, frames))
        rate = tf.fill(tf.shape(distortion), self.rate)
        if training:
            self._observe(found, key)
            loss = distortion + padding + tf.add_n([one["penalty"] for one in found])
        else:
            loss = distortion + rate
        level_distortion = losses.level_distortion(
            self.likelihood, pixels, images, frames, distortion
        )
        return {
            "loss": loss,
            "rate": rate,
            "distortion": distortion,
            "padding": padding,
            "code_length": rate + level_distortion,
            "pixels": losses.pixels(images, frames),
            "gaps": tf.stack([_mean_gap(one) for one in found], axis=1),  # [B, L]
            **{
                f"counts_{number}": code_counts(one["code"], size)
                for number, (one, size) in enumerate(zip(found, self.codebook_sizes, strict=True))
            },
        }

    def _observe(self, found, key):
        for number, (one, quantizer) in enumerate(
            zip(found, reversed(self.quantizers), strict=True)
        ):
            quantizer.observe(one, key, f"codebook {number}")

    def summarize(self, means):
        """Return bits per dimension, and the codebook usage of each level over the epoch."""
        bits = means["code_length"] / (means["pixels"] * tf.math.log(2.0))
        kept = {name: means[name] for name in ("loss", "rate", "distortion", "padding")}
        figures = {}
        for number, gap in enumerate(tf.unstack(means["gaps"])):
            figures[f"commitment_{number}"] = gap
            for name, value in usage_figures(means[f"counts_{number}"]).items():
                figures[f"{name}_{number}"] = value
        return {**kept, "bits_per_dimension": bits, **figures}

    def code_usage(self):
        """Return how often each code was used in the current or last epoch.

        Returns:
            List of numpy [K], or [Q K] with a residual quantizer: mean number of uses per example,
            top level first.
        """
        means = self.means()
        return [means[f"counts_{number}"].numpy() for number in range(len(self.quantizers))]

    def reconstruct_images(self, images):
        """Return the reconstructions of images [B, T, F, C] at their codes."""
        return self(images)

    def sample(self, count, **options):
        """Not available: the model has no prior, and uniformly drawn codes decode to noise.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            "a VQVAE has no prior over its codes to sample from: train one, or give a model that "
            "has a prior (`tfaudiogen presets` lists them)"
        )

    def image_log_prob(self, images, frames):
        """Return a lower bound of log P(levels of x) in nats, [B], evaluated at the codes of x.

        Args:
            images: [B, T, F, C] in [0, 1].
            frames: int32 [B], number of unpadded frames.
        """
        batch = {"image": images, "frames": frames}
        key = noise.key(0, tf.shape(images)[0])
        return -self.loss_terms(batch, key, training=False)["code_length"]

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        lists = ("encoders", "decoders", "quantizers")
        return {
            **super().get_config(),
            **{part: serialize(getattr(self, part)) for part in ("representation", "likelihood")},
            **{part: [serialize(layer) for layer in getattr(self, part)] for part in lists},
            "class_names": self.class_names,
        }

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        config = {
            **config,
            **{part: build(config[part]) for part in ("representation", "likelihood")},
        }
        for part in ("encoders", "decoders", "quantizers"):
            config[part] = [build(layer) for layer in config[part]]
        return cls(**config)


def _build(layer, shape):
    """Builds a layer, unless it was deserialized already built."""
    if not layer.built:
        layer.build(shape)


def _joined(features, above):
    if above is None:
        return features
    return tf.concat([features, tf.cast(above, features.dtype)], axis=-1)


def _stopped(found, passing):
    """Return a quantizer's output with the gradient and penalty multiplied by `passing`."""
    latents = found["latents"]
    latents = passing * latents + (1.0 - passing) * tf.stop_gradient(latents)
    return {**found, "latents": latents, "penalty": passing * found["penalty"]}


def _mean_gap(found):
    """Return the mean squared distance between encoder vectors and quantized latents, [B]."""
    return tf.reduce_mean(tf.square(found["vectors"] - found["latents"]), axis=(1, 2, 3))
