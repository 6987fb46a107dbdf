"""Continuous latents of a trained autoencoder, as targets of a translator.

Latents are lists of maps [B, T, F, D], top level first; those of a sound of W windows have
`long_maps.columns` columns. Both classes have `shapes`, the (T, F, D) of a window; `of`, from
images to latents; `noise`, from which draws begin; `images`, the way back; and `check_windows`.
"""

import tensorflow as tf

from tfaudiogen.models.autoencoders.vae import VAE, stationary_walk
from tfaudiogen.models.autoencoders.vqvae import VQVAE
from tfaudiogen.models.priors.long_codes import check_columns
from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.models.translators.long_maps import columns
from tfaudiogen.probability import noise


def latents_of(target):
    """Return the `UnroundedVectors` of a `VQVAE` or the `PosteriorDraws` of a `VAE`.

    Raises:
        ValueError: for another model.
    """
    for kind, latents in ((VQVAE, UnroundedVectors), (VAE, PosteriorDraws)):
        if isinstance(target, kind):
            return latents(target)
    raise ValueError(f"target must be a VQVAE or a VAE, received a {type(target).__name__}")


class UnroundedVectors:
    """The vectors that a `VQVAE` rounds to its codes, on all levels.

    They are taken before they are rounded, and draws are rounded before they are decoded, as in
    Rombach et al. ("High-resolution image synthesis with latent diffusion models", 2022, section
    3.1): a flow has a smooth density to learn and not one of K points, small errors of it are
    rounded away, and the decoder sees nothing but codes that it knows.
    """

    def __init__(self, target):
        self.target = target
        widths = [quantizer.width for quantizer in reversed(target.quantizers)]
        pairs = zip(target.code_shapes, widths, strict=True)
        self.shapes = [(*shape, width) for shape, width in pairs]

    def check_windows(self, windows):
        """Raise ValueError unless there can be so many windows."""
        if windows > 1:
            check_columns(self.target.code_shapes)

    def of(self, images, key):
        """Return the latents of images [B, T, F, C] in [0, 1]; nothing is drawn."""
        del key
        return self.target.encode_vectors(images)

    def noise(self, key, windows=1):
        """Return standard normal maps."""
        return [
            noise.normal(key, f"flow {level}", (columns(shape, windows), *shape[1:]))
            for level, shape in enumerate(self.shapes)
        ]

    def images(self, latents, windows=1):
        """Return the images [B, T (W + 1) / 2, F, C] of latents of W windows."""
        return self.target.long_images(self.target.nearest_codes(latents), windows)


class PosteriorDraws:
    """A draw of the posterior of a `VAE`, as a map of one place, of width D.

    The windows of a longer sound have nothing in common but their source; the noise that they begin
    with follows a stationary autoregression, so that neighbours are alike.
    """

    def __init__(self, target):
        self.target = target
        self.shapes = [(1, 1, target.latent_size)]

    def check_windows(self, windows):
        """Accept any number."""

    def of(self, images, key):
        """Return one draw for each of images [B, T, F, C] in [0, 1]."""
        loc, scale_tril = self.target.posterior_parameters(images)
        standard = noise.normal(key, "posterior", loc.shape[1:])
        return [(loc + tf.linalg.matvec(scale_tril, standard))[:, None, None]]

    def noise(self, key, windows=1):
        """Return maps whose numbers are standard normal."""
        steps = noise.normal(key, "flow 0", (windows, self.target.latent_size))
        return [stationary_walk(steps)[:, :, None]]

    def images(self, latents, windows=1):
        """Return the images [B, T (W + 1) / 2, F, C] of latents of W windows."""
        flat = tf.reshape(latents[0], (-1, self.target.latent_size))
        images = in_batches(self.target.decode_images, flat)
        images = tf.reshape(images, (-1, windows, *images.shape[1:]))
        return self.target.modality.joined(images) if windows > 1 else images[:, 0]
