"""How per-pixel log-probabilities become per-example terms: sums and masks, written once."""

import tensorflow as tf


def frame_mask(images, frames):
    """Return float32 [B, T, 1, 1]: 1 for the first `frames` [B] frames, 0 for padding."""
    mask = tf.sequence_mask(frames, maxlen=tf.shape(images)[1], dtype=tf.float32)
    return mask[:, :, None, None]


def sum_over_pixels(values, frames):
    """Sum per-pixel `values` [B, T, F, C] over an example's unpadded and padded frames.

    Args:
        values: float32 [B, T, F, C].
        frames: int32 [B], the number of frames that are not padding.

    Returns:
        Two float32 [B]: the sum over the recorded frames, and the sum over the padding.
    """
    mask = frame_mask(values, frames)
    pixels = (1, 2, 3)
    return tf.reduce_sum(values * mask, pixels), tf.reduce_sum(values * (1.0 - mask), pixels)


def level_distortion(likelihood, parameters, images, frames, distortion):
    """Return -log P(levels | latent), [B]: the distortion in the measure that models share.

    Args:
        likelihood: the `PixelLikelihood`.
        parameters: what it made of the decoder's output.
        images: values on the 256 levels, [B, T, F, C].
        frames: int32 [B], the unpadded frames.
        distortion: [B], in the family's own measure.
    """
    if likelihood.family == "discretized_logistic":
        return distortion
    log_prob = likelihood.interval_log_prob(parameters, images)
    return -sum_over_pixels(log_prob, frames)[0]


def pixels(images, frames):
    """Return float32 [B]: how many numbers of each image are not padding."""
    per_frame = tf.cast(tf.reduce_prod(tf.shape(images)[2:]), tf.float32)
    return tf.cast(frames, tf.float32) * per_frame
