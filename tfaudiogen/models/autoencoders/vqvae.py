"""VQ-VAE: an autoencoder with discrete codes on any number of levels."""

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
    """A vector-quantized autoencoder (van den Oord et al., 2017) on L levels.

    With two levels it is the VQ-VAE-2 (Razavi et al., 2019). Level 0 is the finest map; the maps
    h, the codes c with their latents e, and the maps u that go back up are

        h_0 = encoder_0(x),    h_l = encoder_l(h_(l-1)),
        c_l = quantizer_l(h_l, u_(l+1)),    u_l = decoder_l(e_l, u_(l+1)),

    from the top level, which has no u above it, down to p(x | c), whose parameters are u_0: codes
    above condition the codes below, and the image is decoded from those of all levels.

        -log p(x)  <=  -log p(x | c) - log p(c)  =  distortion + rate

    at the codes c of x. The model holds no prior: p(c) is uniform, and the rate is log K for each
    code of the window, padding included. A prior over the codes lowers it. In training the loss is

        distortion + padding + sum_l penalty_l,

    with the padding as in `VAE` and the penalties of the quantizers, which follow their vectors by
    moving averages.

    Lists of parts begin with level 0, as they are computed; lists of codes and figures begin with
    the top level, as they are generated.

    Args:
        spectrogram: the representation, a `Spectrogram` or `Pictures`; its `image_shape` decides.
        levels: L, where the parts are left to their defaults.
        encoders: L layers, from the image, then from each map to a smaller one.
        decoders: L layers; the first gives the `likelihood.channels`.
        quantizers: L layers; see `tfaudiogen.layers.quantizers.vector`.
        likelihood: `PixelLikelihood`; a discretised logistic with a scale per pixel by default.
        class_names: names of the labels of the data, kept with the model.
    """

    terms = ("loss", "rate", "distortion", "padding", "code_length", "pixels")

    def __init__(
        self,
        spectrogram,
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
        """Make the model; see the class.

        Args:
            further: {attribute: layer} of a subclass, built for images.
            kwargs: of `ProbabilisticModel`.
        """
        quantizers = quantizers or default_quantizers(levels)
        levels = len(quantizers)
        vectors = {"gaps": levels}
        for number, quantizer in enumerate(reversed(quantizers)):
            vectors[f"counts_{number}"] = quantizer.codes * math.prod(quantizer.tail)
        super().__init__(vectors=vectors, **kwargs)
        self.spectrogram = spectrogram
        self.likelihood = likelihood or PixelLikelihood(image_channels=spectrogram.image_shape[2])
        self.quantizers = list(quantizers)
        stages = default_maps(spectrogram.image_shape, levels)
        self.encoders = list(encoders or default_encoders(stages))
        bins = spectrogram.kind == "sounds"
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
        shape = (None, *self.spectrogram.image_shape)
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
            latents = (*shape[:3], quantizer.width + above)
            _build(decoder, latents)
            above = decoder.compute_output_shape(latents)[3]
        _build(self.likelihood, decoder.compute_output_shape(latents))
        self.built = True

    def _downwards(self, *parts):
        """Return tuples of parts and of quantizer and decoder, from the top level down."""
        lists = (*parts, self.quantizers, self.decoders)
        return list(zip(*map(list, map(reversed, lists)), strict=True))

    @property
    def code_shapes(self):
        """List of (T, F) of the code maps, top level first."""
        return self.map_shapes[::-1]

    @property
    def code_counts(self):
        """List of K of the code maps, top level first."""
        return [quantizer.codes for quantizer in reversed(self.quantizers)]

    @property
    def coder_weights(self):
        """Those of encoders, decoders, quantizers and likelihood, which a subclass has too."""
        parts = (*self.encoders, *self.decoders, *self.quantizers, self.likelihood)
        return [weight for part in parts for weight in part.weights]

    def code_maps(self):
        """Return the shapes, (T, F) or (T, F, Q), and the K of all levels, top level first."""
        tails = [quantizer.tail for quantizer in reversed(self.quantizers)]
        shapes = [(*shape, *tail) for shape, tail in zip(self.code_shapes, tails, strict=True)]
        return shapes, self.code_counts

    def code_vectors(self):
        """Return the vectors of the codes of each level, float32 [Q, K, D], top level first."""
        return [quantizer.vectors() for quantizer in reversed(self.quantizers)]

    def call(self, images, training=False):
        """Return the expected reconstruction [B, T, F, C] of images at their codes."""
        pixels, _ = self._reconstructed(images, training)
        return self.likelihood.mean(pixels)

    def _reconstructed(self, images, training=False, passing=None):
        """Return the pixels' parameters and what the quantizers found, top level first.

        Args:
            images: [B, T, F, C] in [0, 1].
            training: whether layers are called in training.
            passing: scalar, 1 where gradients pass through the codes and 0 where they stop there.
        """
        # Silence is zero, so that features begin with what sounds and not with what all have alike.
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
        """Return the codes of images [B, T, F, C] in [0, 1].

        Returns:
            List of int32 [B, T_l, F_l] or, of a residual quantizer, [B, T_l, F_l, Q], top level
            first.
        """
        return [one["code"] for one in self._reconstructed(images)[1]]

    def encode_vectors(self, images):
        """Return what the codes of images were rounded from: see "vectors" of the quantizers.

        Returns:
            List of float32 [B, T_l, F_l, D_l], top level first.
        """
        return [one["vectors"] for one in self._reconstructed(images)[1]]

    def nearest_codes(self, vectors):
        """Return the codes of vectors, as `encode_vectors` returns them, of any length in time."""
        pairs = zip(reversed(self.quantizers), vectors, strict=True)
        return [quantizer.nearest(one) for quantizer, one in pairs]

    def decode_codes(self, codes):
        """Return the expected image E[x | c], [B, T, F, C] in [0, 1], of codes, top level first.

        Codes of the upper levels alone will not do: there must be L.
        """
        return self.likelihood.mean(self.pixel_parameters(codes))

    def pixel_parameters(self, codes, training=False):
        """Return the parameters of p(x | c) for codes, top level first: see `PixelLikelihood`."""
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
        return {"image": self.spectrogram}

    def complete(self, batch):
        """Add "id" 0 to B - 1, and "frames" as if nothing were padding, where they are missing."""
        size = tf.shape(batch["image"])[0]
        whole = tf.fill([size], self.spectrogram.image_shape[0])
        return {
            "image": batch["image"],
            "id": with_ids(batch)["id"],
            "frames": batch.get("frames", whole),
        }

    @property
    def rate(self):
        """Nats of the codes of one window under a uniform distribution: sum of log K."""
        pairs = zip(self.map_shapes, self.quantizers, strict=True)
        return sum(
            math.prod((*shape, *quantizer.tail)) * math.log(quantizer.codes)
            for shape, quantizer in pairs
        )

    def loss_terms(self, batch, key, training):
        images = quantize(batch["image"])
        pixels, found = self._reconstructed(images, training)
        return self._terms(images, batch["frames"], pixels, found, key, training)

    def _terms(self, images, frames, pixels, found, key, training):
        """Return the terms, given what the networks made of the images."""
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
                f"counts_{number}": code_counts(one["code"], codes)
                for number, (one, codes) in enumerate(zip(found, self.code_counts, strict=True))
            },
        }

    def _observe(self, found, key):
        for number, (one, quantizer) in enumerate(
            zip(found, reversed(self.quantizers), strict=True)
        ):
            quantizer.observe(one, key, f"codebook {number}")

    def summarize(self, means):
        """Return bits per dimension, and of each level the use of its codes over the epoch."""
        bits = means["code_length"] / (means["pixels"] * tf.math.log(2.0))
        kept = {name: means[name] for name in ("loss", "rate", "distortion", "padding")}
        figures = {}
        for number, gap in enumerate(tf.unstack(means["gaps"])):
            figures[f"commitment_{number}"] = gap
            for name, value in usage_figures(means[f"counts_{number}"]).items():
                figures[f"{name}_{number}"] = value
        return {**kept, "bits_per_dimension": bits, **figures}

    def code_usage(self):
        """Return how often each code was used in the epoch that the logs are of.

        Returns:
            List of numpy [K], or [Q K] of a residual quantizer: times per example; top level
            first.
        """
        means = self.means()
        return [means[f"counts_{number}"].numpy() for number in range(len(self.quantizers))]

    def reconstruct_images(self, images):
        """Return the expected image at the codes of images: [B, T, F, C] to the same."""
        return self(images)

    def sample(self, count, **options):
        """Refuse: uniformly drawn codes are noise.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            "a VQVAE has no prior over its codes to sample from: train one, or give a model that "
            "has a prior (`tfaudiogen presets` lists them)"
        )

    def image_log_prob(self, images, frames):
        """Return a lower bound of log P(levels of x) in nats, [B]: at the codes of x alone.

        Args:
            images: [B, T, F, C] in [0, 1].
            frames: int32 [B], the unpadded frames.
        """
        batch = {"image": images, "frames": frames}
        key = noise.key(0, tf.shape(images)[0])
        return -self.loss_terms(batch, key, training=False)["code_length"]

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        lists = ("encoders", "decoders", "quantizers")
        return {
            **super().get_config(),
            **{part: serialize(getattr(self, part)) for part in ("spectrogram", "likelihood")},
            **{part: [serialize(layer) for layer in getattr(self, part)] for part in lists},
            "class_names": self.class_names,
        }

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        config = {**config, **{part: build(config[part]) for part in ("spectrogram", "likelihood")}}
        for part in ("encoders", "decoders", "quantizers"):
            config[part] = [build(layer) for layer in config[part]]
        return cls(**config)


def _build(layer, shape):
    """Build a layer, unless it came built out of a saved configuration."""
    if not layer.built:
        layer.build(shape)


def _joined(features, above):
    if above is None:
        return features
    return tf.concat([features, tf.cast(above, features.dtype)], axis=-1)


def _stopped(found, passing):
    """Return what a quantizer found, with the gradients of its vectors times `passing`, 0 or 1."""
    latents = found["latents"]
    latents = passing * latents + (1.0 - passing) * tf.stop_gradient(latents)
    return {**found, "latents": latents, "penalty": passing * found["penalty"]}


def _mean_gap(found):
    """Return [B]: the mean squared distance of vectors from their latents."""
    return tf.reduce_mean(tf.square(found["vectors"] - found["latents"]), axis=(1, 2, 3))
