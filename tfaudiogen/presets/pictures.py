"""The presets of pictures, as plain values; see `tfaudiogen.presets.table`."""

from tfaudiogen.presets.defaults import ADVERSARY, FIT, QUANTIZED, RESIDUAL_VAE
from tfaudiogen.presets.priors import PRIORS

MNIST = {"height": 28, "width": 28, "channels": 1}
_COLOUR = {side: {"height": side, "width": side, "channels": 3} for side in (28, 32, 128, 256)}

SMALL_VAE = {
    **RESIDUAL_VAE,
    "widths": (48, 96),
    "strides": (2, 2),
    "blocks": 2,
    "latent_size": 32,
}

# Two levels of codes: 7 x 7 and 14 x 14 for 28 pixels, 8 x 8 and 16 x 16 for 32.
SMALL_CODES = {
    **QUANTIZED,
    "widths": ((64,), (96,)),
    "strides": ((2,), (2,)),
    "codebook_sizes": (128, 128),
}

_COLOUR_VAE = {**SMALL_VAE, "widths": (64, 128), "latent_size": 128}
_COLOUR_CODES = {**SMALL_CODES, "codebook_sizes": (512, 512)}

_PICTURE_VAE = {
    **SMALL_VAE,
    "widths": (64, 96, 128, 192),
    "strides": (4, 2, 2, 2),
    "blocks": 1,
    "latent_size": 128,
}

# Two levels of codes, 16 x 16 and 32 x 32, for 128 pixels.
_PICTURE_CODES = {
    **SMALL_CODES,
    "widths": ((96,), (128,)),
    "strides": ((4,), (2,)),
    "codebook_sizes": (1024, 1024),
}

# The same for 256 pixels.
_LARGE_VAE = {**_PICTURE_VAE, "strides": (8, 2, 2, 2)}
_LARGE_CODES = {**_PICTURE_CODES, "widths": ((64, 128), (128,)), "strides": ((4, 2), (2,))}

_FIT = {
    **FIT,
    "steps": 6000,
    "batch_size": 64,
    "learning_rate": 1e-3,
    "clip_norm": 3e3,
    "ema_momentum": 0.998,
}
# No ema of the weights: codebooks are moving averages already.
CODES_FIT = {**_FIT, "ema_momentum": None}
_COLOUR_FIT = {**_FIT, "clip_norm": 1e4}
_PICTURE_FIT = {**_FIT, "batch_size": 16, "learning_rate": 5e-4, "clip_norm": 1e5}
_LARGE_FIT = {**_PICTURE_FIT, "batch_size": 8, "clip_norm": 3e5}
_PICTURE_PRIORS = {**PRIORS, "batch_size": (8, 16)}


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


def _vae(what, side, model, fit):
    """Return the entry of a VAE of colour pictures."""
    return _preset(f"{what}: {side} x {side}, RGB, residual VAE", _COLOUR[side], model, fit)


def _vqvae(what, side, codes, model, fit, priors):
    """Return the entry of a VQVAE of colour pictures with priors."""
    summary = f"{what}: {side} x {side}, RGB, two levels of codes, {codes}"
    return _preset(summary, _COLOUR[side], model, {**fit, "ema_momentum": None}, priors)


def _vqgan(base, side, model, fit):
    """Return the entry of a VQGAN of colour pictures, initialized from the VQVAE preset `base`."""
    summary = f"{base} made sharper by a discriminator; begin with --from a {base}"
    fit = {**fit, "learning_rate": 2e-4, "ema_momentum": None}
    return _preset(summary, _COLOUR[side], {**model, **ADVERSARY}, fit)


_SMALL = "CIFAR-10 and other small pictures"
_FOLDER = "pictures of a folder"
_256_ABOVE = "256 above 1,024"

PICTURE_PRESETS = {
    "mnist_vae": _preset("MNIST digits: 28 x 28, grey, residual VAE", MNIST, SMALL_VAE, _FIT),
    "mnist_vqvae": _preset(
        "MNIST digits: 28 x 28, grey, two levels of codes, 49 above 196",
        MNIST,
        SMALL_CODES,
        CODES_FIT,
        PRIORS,
    ),
    "picture28_vae": _vae(_FOLDER, 28, _COLOUR_VAE, _COLOUR_FIT),
    "picture28_vqvae": _vqvae(_FOLDER, 28, "49 above 196", _COLOUR_CODES, _COLOUR_FIT, PRIORS),
    "picture28_vqgan": _vqgan("picture28_vqvae", 28, _COLOUR_CODES, _COLOUR_FIT),
    "cifar_vae": _vae(_SMALL, 32, _COLOUR_VAE, _COLOUR_FIT),
    "cifar_vqvae": _vqvae(_SMALL, 32, "64 above 256", _COLOUR_CODES, _COLOUR_FIT, PRIORS),
    "cifar_vqgan": _vqgan("cifar_vqvae", 32, _COLOUR_CODES, _COLOUR_FIT),
    "picture_vae": _vae(_FOLDER, 128, _PICTURE_VAE, _PICTURE_FIT),
    "picture_vqvae": _vqvae(
        _FOLDER, 128, _256_ABOVE, _PICTURE_CODES, _PICTURE_FIT, _PICTURE_PRIORS
    ),
    "picture_vqgan": _vqgan("picture_vqvae", 128, _PICTURE_CODES, _PICTURE_FIT),
    "picture256_vae": _vae(_FOLDER, 256, _LARGE_VAE, _LARGE_FIT),
    "picture256_vqvae": _vqvae(_FOLDER, 256, _256_ABOVE, _LARGE_CODES, _LARGE_FIT, _PICTURE_PRIORS),
    "picture256_vqgan": _vqgan("picture256_vqvae", 256, _LARGE_CODES, _LARGE_FIT),
}
