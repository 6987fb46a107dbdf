"""`VQGAN`: an autoencoder with discrete codes, trained against a discriminator."""

import keras
import tensorflow as tf

from tfaudiogen.layers.adversarial.adversary import AdaptiveWeight, Plateau
from tfaudiogen.layers.adversarial.discriminator import PatchDiscriminator
from tfaudiogen.layers.blocks.residual import register
from tfaudiogen.models.autoencoders.vqvae import VQVAE
from tfaudiogen.probability import losses
from tfaudiogen.probability.distributions import quantize

_PARTS = ("discriminator", "plateau", "balance")


@register
class VQGAN(VQVAE):
    """A `VQVAE` with a patch discriminator (Esser, Rombach and Ommer, "Taming transformers", 2021).

    The mean of a likelihood is blurred where details are uncertain. Therefore a discriminator s is
    trained to distinguish reconstructions x' from originals x, and x' is trained to fool it:

        loss = distortion + padding + penalties + active w a (-s(x') + m matching(x, x'))
               + v waveform distance(x, x')
        discriminator = active hinge(s(x), s(x'))

    Each objective updates its own weights with its own optimizer. w is the `AdaptiveWeight` that
    makes the gradients of the distortion and of the adversary equally large at the last layer.
    active is 0 until the distortion has reached its `Plateau`, and 1 afterwards. matching is
    feature matching on the discriminator's features; it replaces a perceptual loss from a
    pretrained image network. The distortion remains a likelihood, so bits per dimension are
    comparable with those of a `VQVAE`.

    Args:
        representation, levels, encoders, decoders, quantizers, likelihood, class_names: see
            `VQVAE`.
        discriminator: `PatchDiscriminator`.
        plateau: `Plateau`.
        balance: `AdaptiveWeight`.
        adversarial_weight: a, weight of the adversarial gradient relative to the distortion's.
        matching_weight: m, weight of the feature matching loss.
        waveform_weight: v, in nats, weight of `losses.waveform_distance`, for linear spectrograms;
            batches must then hold "audio" [B, N]. 0 disables it.
        frozen_steps: number of initial steps without gradients to encoders and quantizers, so that
            the decoder can adapt first.
    """

    terms = (*VQVAE.terms, "adversarial", "matching", "discriminator", "waveform")
    objectives = ("loss", "discriminator")

    def __init__(
        self,
        representation,
        levels=2,
        encoders=None,
        decoders=None,
        quantizers=None,
        likelihood=None,
        class_names=(),
        discriminator=None,
        plateau=None,
        balance=None,
        adversarial_weight=0.5,
        matching_weight=1.0,
        waveform_weight=0.0,
        frozen_steps=0,
        **kwargs,
    ):
        further = {
            "discriminator": discriminator or PatchDiscriminator(),
            "plateau": plateau or Plateau(),
            "balance": balance or AdaptiveWeight(),
        }
        parts = (encoders, decoders, quantizers, likelihood, class_names)
        super().__init__(representation, levels, *parts, further=further, **kwargs)
        self.adversarial_weight = float(adversarial_weight)
        self.matching_weight = float(matching_weight)
        self.waveform_weight, self.frozen_steps = float(waveform_weight), int(frozen_steps)
        scale = getattr(representation, "scale", representation.kind)
        if waveform_weight and scale != "linear":
            raise ValueError(
                f"waveform_weight needs a spectrogram with a linear scale, received {scale!r}: set "
                "it to 0"
            )

    @classmethod
    def from_autoencoder(cls, autoencoder, **settings):
        """Return a VQGAN initialized from a trained `VQVAE`.

        Args:
            autoencoder: the VQVAE; it is not changed.
            settings: arguments of `VQGAN` beyond those of a VQVAE.
        """
        parts = VQVAE.from_config(autoencoder.get_config())
        names = (
            "representation",
            "encoders",
            "decoders",
            "quantizers",
            "likelihood",
            "class_names",
        )
        model = cls(**{name: getattr(parts, name) for name in names}, **settings)
        model.initialize_autoencoder(autoencoder)
        return model

    def initialize_autoencoder(self, autoencoder):
        """Copies the weights of a `VQVAE` with the same layers."""
        for own, other in zip(self.coder_weights, autoencoder.coder_weights, strict=True):
            own.assign(other)

    def objective_weights(self):
        judge = self.discriminator.trainable_weights
        own = {id(weight) for weight in judge}
        rest = [weight for weight in self.trainable_weights if id(weight) not in own]
        return {"loss": rest, "discriminator": judge}

    def loss_terms(self, batch, key, training):
        images = quantize(batch["image"])
        passing = tf.cast(key.step >= self.frozen_steps, tf.float32) if training else None
        # This tape only measures gradients at the last layer for `balance`; no loss uses it.
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            if training:
                tape.watch(self.decoders[0].last_kernel.value)
            pixels, found = self._reconstructed(images, training, passing)
            terms = self._terms(images, batch["frames"], pixels, found, key, training)
            decoded = self.likelihood.mean(pixels)
            terms |= self._judged(images, decoded)
            adversary = terms["adversarial"] + self.matching_weight * terms["matching"]
            totals = [tf.reduce_sum(terms["distortion"]), tf.reduce_sum(adversary)]
        terms["waveform"] = self._waveform_distance(batch, decoded)
        if training:
            self._remember(tape, terms["distortion"], totals)
            active = self.plateau(adversary)
            weight = active * self.balance(adversary) * self.adversarial_weight
            terms["loss"] += weight * adversary + self.waveform_weight * terms["waveform"]
            terms["discriminator"] *= active
        return terms

    def _judged(self, images, decoded):
        """Return the adversarial, feature matching and discriminator terms."""
        real, fake = dict(self.discriminator(images)), dict(self.discriminator(decoded))
        scores = [found.pop("scores") for found in (real, fake)]
        return {
            "adversarial": losses.hinge_of_generator(scores[1]),
            "matching": losses.feature_matching(list(real.values()), list(fake.values())),
            "discriminator": losses.hinge_of_discriminator(*scores),
        }

    def _remember(self, tape, distortion, totals):
        """Reports the statistics that update `balance` and `plateau`."""
        kernel = self.decoders[0].last_kernel.value
        gradients = [tape.gradient(total, kernel) for total in totals]
        self.balance.observe(*gradients)
        self.plateau.observe(distortion)

    @property
    def needs_audio(self):
        """Whether batches must hold waveforms, as "audio"."""
        return self.waveform_weight > 0.0

    def fill_defaults(self, batch):
        audio = {"audio": batch["audio"]} if self.needs_audio else {}
        return {**super().fill_defaults(batch), **audio}

    def _waveform_distance(self, batch, decoded):
        if not self.needs_audio:
            return tf.zeros_like(decoded[:, 0, 0, 0])
        length = self.representation.frame_length
        lengths = (length // 2, length, 2 * length)
        return losses.waveform_distance(self.representation, batch["audio"], decoded, lengths)

    def summarize(self, means):
        """Return the metrics of `VQVAE` and those of the adversarial training."""
        figures = super().summarize(means)
        names = ["adversarial", "matching", "discriminator"]
        names += ["waveform"] if self.needs_audio else []
        own = {name: means[name] for name in names}
        return {**figures, **own, "adversary_active": tf.identity(self.plateau.reached)}

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            **{part: serialize(getattr(self, part)) for part in _PARTS},
            "adversarial_weight": self.adversarial_weight,
            "matching_weight": self.matching_weight,
            "waveform_weight": self.waveform_weight,
            "frozen_steps": self.frozen_steps,
        }

    @classmethod
    def from_config(cls, config):
        build = keras.saving.deserialize_keras_object
        return super().from_config({**config, **{part: build(config[part]) for part in _PARTS}})
