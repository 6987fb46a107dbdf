"""The presets of pictures, as plain values: see `tfaudiogen.presets.table`."""

from tfaudiogen.presets.priors import PRIORS
from tfaudiogen.presets.quantized import QUANTIZED

MNIST = {"height": 28, "width": 28, "channels": 1}
_CIFAR = {"height": 32, "width": 32, "channels": 3}
_PICTURES = {"height": 128, "width": 128, "channels": 3}

SMALL_VAE = {
    "kind": "vae",
    "network": "residual",
    "widths": (48, 96),
    "strides": (2, 2),
    "blocks": 2,
    "channels": 16,
    "latent_size": 32,
    "hidden": 192,
    "covariance": "full",
    "components": 32,
    "train_weights": True,
    "learning": "em",
    "likelihood": "discretized_logistic",
    "scale": "pixel",
    "kl_weight": 1.0,
    "free_bits": 0.0,
    "kl_samples": 1,
}

# Two levels of codes: 7 x 7 above 14 x 14 for 28 pixels, 8 x 8 above 16 x 16 for 32.
SMALL_CODES = {
    **QUANTIZED,
    "widths": ((64,), (96,)),
    "strides": ((2,), (2,)),
    "codes": (128, 128),
}

# 16 x 16 above 32 x 32 for 128 pixels.
_PICTURE_CODES = {
    **SMALL_CODES,
    "widths": ((96,), (128,)),
    "strides": ((4,), (2,)),
    "codes": (1024, 1024),
}

_ADVERSARY = {
    "kind": "vqgan",
    "discriminator": (32, 64, 128),
    "patience": 128,
    "tolerance": 0.01,
    "adversarial_weight": 0.5,
    "matching_weight": 1.0,
    "waveform_weight": 0.0,
    "frozen_steps": 0,
}

_FIT = {
    "steps": 6000,
    "batch_size": 64,
    "learning_rate": 1e-3,
    "warmup_steps": 100,
    "decay": True,
    "clip_norm": 3e3,
    "accumulate": 1,
    "average": 0.998,
    "jit_compile": "auto",
    "precision": "float32",
}
# Codebooks are moving averages already.
CODES_FIT = {**_FIT, "average": None}
_PICTURE_FIT = {**_FIT, "batch_size": 16, "learning_rate": 5e-4, "clip_norm": 1e5}


def _preset(summary, pictures, model, fit, priors=None):
    """Return the entry of a preset of pictures."""
    return {
        "summary": summary,
        "spectrogram": None,
        "pictures": pictures,
        "model": model,
        "fit": fit,
        "priors": priors,
    }


PICTURE_PRESETS = {
    "mnist_vae": _preset("MNIST digits: 28 x 28, grey, residual VAE", MNIST, SMALL_VAE, _FIT),
    "mnist_vqvae": _preset(
        "MNIST digits: 28 x 28, grey, two levels of codes, 49 above 196",
        MNIST,
        SMALL_CODES,
        CODES_FIT,
        PRIORS,
    ),
    "cifar_vae": _preset(
        "CIFAR-10 and other small pictures: 32 x 32, RGB, residual VAE",
        _CIFAR,
        {**SMALL_VAE, "widths": (64, 128), "latent_size": 128},
        {**_FIT, "clip_norm": 1e4},
    ),
    "cifar_vqvae": _preset(
        "CIFAR-10 and other small pictures: 32 x 32, RGB, two levels of codes, 64 above 256",
        _CIFAR,
        {**SMALL_CODES, "codes": (512, 512)},
        {**CODES_FIT, "clip_norm": 1e4},
        PRIORS,
    ),
    "picture_vae": _preset(
        "pictures of a folder: 128 x 128, RGB, residual VAE",
        _PICTURES,
        {
            **SMALL_VAE,
            "widths": (64, 96, 128, 192),
            "strides": (4, 2, 2, 2),
            "blocks": 1,
            "latent_size": 128,
        },
        _PICTURE_FIT,
    ),
    "picture_vqvae": _preset(
        "pictures of a folder: 128 x 128, RGB, two levels of codes, 256 above 1,024",
        _PICTURES,
        _PICTURE_CODES,
        {**_PICTURE_FIT, "average": None},
        {**PRIORS, "batch_size": (8, 16)},
    ),
    "picture_vqgan": _preset(
        "picture_vqvae made sharper by a discriminator; begin with --from a picture_vqvae",
        _PICTURES,
        {**_PICTURE_CODES, **_ADVERSARY},
        {**_PICTURE_FIT, "learning_rate": 2e-4, "average": None},
    ),
    "picture256_vqvae": _preset(
        "pictures of a folder: 256 x 256, RGB, two levels of codes, 256 above 1,024",
        {**_PICTURES, "height": 256, "width": 256},
        {**_PICTURE_CODES, "widths": ((64, 128), (128,)), "strides": ((4, 2), (2,))},
        {**_PICTURE_FIT, "batch_size": 8, "clip_norm": 3e5, "average": None},
        {**PRIORS, "batch_size": (8, 16)},
    ),
}
