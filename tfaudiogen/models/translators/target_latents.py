"""Continuous latents of a trained autoencoder, the targets of a `FlowTranslator` etc.

Latents are lists of maps [B, T, F, D], top level first; those of a sound of W windows have
`long_maps.columns` columns. Both classes define `shapes`, the (T, F, D) of a window; `of`, which
encodes images to latents; `noise`, the starting point of sampling; `images`, which decodes latents;
and `check_windows`.
"""

import tensorflow as tf

from tfaudiogen.models.autoencoders.vae import VAE, stationary_process
from tfaudiogen.models.autoencoders.vqvae import VQVAE
from tfaudiogen.models.modalities.code_windows import check_columns
from tfaudiogen.models.training_step.batching import in_batches
from tfaudiogen.models.translators.long_maps import columns
from tfaudiogen.probability import noise


def latents_of(target):
    """Return the `UnroundedVectors` of a `VQVAE` or the `PosteriorDraws` of a `VAE`.

    Raises:
        ValueError: `target` is another model.
    """
    for kind, latents in ((VQVAE, UnroundedVectors), (VAE, PosteriorDraws)):
        if isinstance(target, kind):
            return latents(target)
    raise ValueError(f"target must be a VQVAE or a VAE, received a {type(target).__name__}")


class UnroundedVectors:
    """The encoder vectors of a `VQVAE` before quantization, on all levels.

    Samples are quantized before decoding, as in Rombach et al. ("High-resolution image synthesis
    with latent diffusion models", 2022, section 3.1). So a flow learns a smooth density instead of
    K points, quantization removes its small errors, and the decoder only gets codes it was trained
    on.
    """

    def __init__(self, target):
        self.target = target
        widths = [quantizer.codebook_dim for quantizer in reversed(target.quantizers)]
        pairs = zip(target.code_shapes, widths, strict=True)
        self.shapes = [(*shape, width) for shape, width in pairs]

    def check_windows(self, windows):
        """Raise ValueError if the target does not support this number of windows."""
        if windows > 1:
            check_columns(self.target.code_shapes)

    def of(self, images, key):
        """Encodes images [B, T, F, C] in [0, 1] to latents, deterministically."""
        del key
        return self.target.encode_vectors(images)

    def noise(self, key, windows=1):
        """Return standard normal maps."""
        return [
            noise.normal(key, f"flow {level}", (columns(shape, windows), *shape[1:]))
            for level, shape in enumerate(self.shapes)
        ]

    def images(self, latents, windows=1):
        """Decodes latents of W windows to images [B, T (W + 1) / 2, F, C]."""
        return self.target.long_images(self.target.nearest_codes(latents), windows)


class PosteriorDraws:
    """A posterior sample of a `VAE`, as a map of shape (1, 1, D).

    The windows of longer audio share only their source. Their initial noise is a stationary
    autoregressive process, so that neighbouring windows are similar.
    """

    def __init__(self, target):
        self.target = target
        self.shapes = [(1, 1, target.latent_size)]

    def check_windows(self, windows):
        """Accepts any number of windows."""

    def of(self, images, key):
        """Encodes images [B, T, F, C] in [0, 1] to one posterior sample each."""
        loc, scale_tril = self.target.posterior_parameters(images)
        standard = noise.normal(key, "posterior", loc.shape[1:])
        return [(loc + tf.linalg.matvec(scale_tril, standard))[:, None, None]]

    def noise(self, key, windows=1):
        """Return maps of standard normal numbers, correlated across windows."""
        steps = noise.normal(key, "flow 0", (windows, self.target.latent_size))
        return [stationary_process(steps)[:, :, None]]

    def images(self, latents, windows=1):
        """Decodes latents of W windows to images [B, T (W + 1) / 2, F, C]."""
        flat = tf.reshape(latents[0], (-1, self.target.latent_size))
        images = in_batches(self.target.decode_images, flat)
        images = tf.reshape(images, (-1, windows, *images.shape[1:]))
        return self.target.modality.joined(images) if windows > 1 else images[:, 0]
