"""From a preset's plain values to a model."""

import contextlib

import keras

from tfaudiogen.layers.decoder import Decoder
from tfaudiogen.layers.encoder import Encoder
from tfaudiogen.layers.gaussian import GaussianHead
from tfaudiogen.layers.likelihood import PixelLikelihood
from tfaudiogen.layers.literature import LiteratureDecoder, LiteratureEncoder
from tfaudiogen.layers.mixture import GaussianMixturePrior
from tfaudiogen.layers.spectrogram import Spectrogram
from tfaudiogen.models.vae import VAE

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


@contextlib.contextmanager
def precision(policy):
    """Context in which layers are made with the policy: one of `PRECISIONS`.

    Weights, transforms, Cholesky factors, divergences and likelihoods are float32 under each.
    """
    if policy not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}; received {policy!r}")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def build_model(spectrogram, model, class_names=()):
    """Return the `VAE` of a preset's "spectrogram" and "model" sections."""
    spectrogram = Spectrogram(**spectrogram)
    likelihood = PixelLikelihood(model["likelihood"], model["scale"])
    output_shape = (*spectrogram.image_shape[:2], likelihood.channels)
    encoder, decoder = _networks(model, output_shape)
    latent_size = model["latent_size"]
    mixture = (model["components"], model["train_weights"], model["learning"])
    return VAE(
        spectrogram,
        encoder=encoder,
        decoder=decoder,
        head=GaussianHead(latent_size, model["hidden"], model["covariance"]),
        prior=GaussianMixturePrior(latent_size, *mixture),
        likelihood=likelihood,
        kl_weight=model["kl_weight"],
        free_bits=model["free_bits"],
        kl_samples=model["kl_samples"],
        class_names=class_names,
    )


def _networks(model, output_shape):
    if model["network"] == "literature":
        return LiteratureEncoder(), LiteratureDecoder(output_shape)
    if model["network"] != "residual":
        raise ValueError(f"network must be residual or literature, received {model['network']!r}")
    stages = (model["widths"], model["strides"], model["blocks"], model["channels"])
    return Encoder(*stages), Decoder(output_shape, *stages)
