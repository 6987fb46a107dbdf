"""Code lengths of 8-bit images with one scale shared by all pixels."""

import numpy as np
import tensorflow as tf

from tfaudiogen.probability import losses
from tfaudiogen.probability.distributions import interval_log_prob, tfd

# From a quarter of a level to 128 levels, by half octaves; a parabola interpolates.
_SCALES = 0.25 / 255 * 2 ** (np.arange(19) / 2)


def logistic_code_length(images, means, frames, scale):
    """Return -log P(levels) of images under a discretised logistic around `means`, in nats [B].

    Args:
        images: [B, T, F, C] on the 256 levels in [0, 1].
        means: decoded images, of the same shape.
        frames: int32 [B], number of frames that are not padding; padding does not count.
        scale: the scale of all pixels, in units of the image.
    """
    log_prob = interval_log_prob(tfd.Logistic(means, tf.cast(scale, means.dtype)), images)
    return -losses.sum_over_pixels(log_prob, frames)[0]


def fit_logistic_scale(batches):
    """Return the scale that minimises the summed `logistic_code_length`.

    The sum is computed at 19 scales, a factor of sqrt(2) apart, in one pass and in bounded memory.
    The result is the minimum of the parabola in log scale through the lowest three.

    Args:
        batches: iterable of (images, means, frames).
    """
    total = sum(_code_lengths(*batch).numpy().astype(np.float64) for batch in batches)
    position = int(np.clip(np.argmin(total), 1, len(_SCALES) - 2))
    before, least, after = total[position - 1 : position + 2]
    curvature = before - 2 * least + after
    offset = 0.5 * (before - after) / curvature if curvature > 0 else 0.0
    return float(_SCALES[position] * 2 ** (np.clip(offset, -1, 1) / 2))


@tf.function(reduce_retracing=True)
def _code_lengths(images, means, frames):
    scales = tf.constant(_SCALES, tf.float32)
    return tf.map_fn(
        lambda scale: tf.reduce_sum(logistic_code_length(images, means, frames, scale)), scales
    )
