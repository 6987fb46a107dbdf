"""Distances between pictures and their reconstructions, one number per example.

Every function takes `reference` and `estimate` [B, H, W, C] in [0, 1] (arrays or tensors) and
returns float64 [B].
"""

import numpy as np
import tensorflow as tf

# PSNR of a perfect estimate, so that a mean over pictures is finite.
_LIMIT = 100.0
_WINDOW = 11


def mean_squared_error(reference, estimate):
    """Return mean (x - y)^2 over H, W and C, in [0, 1]; times 255^2 for 8-bit levels."""
    reference, estimate = _pair(reference, estimate)
    return np.mean(np.square(reference - estimate), axis=(1, 2, 3))


def psnr(reference, estimate):
    """Return the peak signal-to-noise ratio -10 log10(mean squared error), in decibels.

    Higher is better; at most 100 dB, for a perfect estimate.
    """
    with np.errstate(divide="ignore"):
        return np.minimum(-10.0 * np.log10(mean_squared_error(reference, estimate)), _LIMIT)


def ssim(reference, estimate):
    """Return the structural similarity, in [-1, 1]; 1 is a perfect estimate.

    The mean over channels and windows of 11 x 11 pixels, weighted by a Gaussian of 1.5 pixels.
    Smaller pictures use the largest odd window that fits.

    Source: Wang et al., "Image quality assessment: from error visibility to structural
    similarity", IEEE TIP 2004.
    """
    reference, estimate = _pair(reference, estimate)
    side = min(reference.shape[1:3])
    window = min(_WINDOW, side - (side + 1) % 2)
    pair = (tf.constant(one, tf.float32) for one in (reference, estimate))
    return tf.image.ssim(*pair, max_val=1.0, filter_size=window).numpy().astype(np.float64)


def _pair(reference, estimate):
    reference, estimate = (np.asarray(one, np.float64) for one in (reference, estimate))
    if reference.shape != estimate.shape or reference.ndim != 4:
        raise ValueError(
            "reference and estimate must be pictures of one shape [B, H, W, C], received "
            f"{reference.shape} and {estimate.shape}"
        )
    return reference, estimate
