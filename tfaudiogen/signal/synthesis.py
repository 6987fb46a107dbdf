"""Long sounds as overlapping windows of frames: cut, and added up again."""

import numpy as np
import tensorflow as tf


def split(images, frames, overlap):
    """Cut one long image into overlapping windows.

    Args:
        images: [1, T, F, C] with T = W (frames - overlap) + overlap for a whole number W of
            windows.
        frames: frames of a window.
        overlap: frames that consecutive windows share, from 0 to frames / 2.

    Returns:
        [W, frames, F, C].

    Raises:
        ValueError: if T is not such a number, or the overlap is too large.
    """
    stride = _stride(frames, overlap)
    windows, rest = divmod(images.shape[1] - overlap, stride)
    if windows < 1 or rest:
        raise ValueError(
            f"images must have W * {stride} + {overlap} frames, received {images.shape[1]}"
        )
    return tf.stack([images[0, i * stride : i * stride + frames] for i in range(windows)])


def blend(amplitudes, overlap):
    """Add overlapping windows up, each faded in and out by half a cosine; weights add up to one.

    Amplitudes are blended and not decibels: halfway between a tone and silence the tone is 6 dB
    down, where the mean of the decibels would be half-way to the bottom of the range and every
    seam would be heard as a gap. Waveforms that were inverted apart must not be blended at all:
    their phases cancel.

    Args:
        amplitudes: [W, frames, F, C], consecutive windows of one sound.
        overlap: frames that consecutive windows share, from 0 to frames / 2.

    Returns:
        [1, W (frames - overlap) + overlap, F, C].
    """
    windows, frames = amplitudes.shape[:2]
    stride = _stride(frames, overlap)
    faded = amplitudes * _fades(windows, frames, overlap)
    heads, bodies, tails = tf.split(faded, [overlap, stride - overlap, overlap], axis=1)
    seams = heads + tf.concat([tf.zeros_like(tails[:1]), tails[:-1]], axis=0)
    whole = tf.concat([seams, bodies], axis=1)  # [W, stride, F, C]
    whole = tf.reshape(whole, [1, windows * stride, *amplitudes.shape[2:]])
    return tf.concat([whole, tails[-1:]], axis=1)


def _fades(windows, frames, overlap):
    """Return [W, frames, 1, 1]: each window's weights; the outer ends are not faded."""
    rise = np.sin(0.5 * np.pi * (np.arange(overlap) + 0.5) / max(overlap, 1)) ** 2
    weights = np.ones((windows, frames, 1, 1), np.float32)
    weights[1:, :overlap, 0, 0] = rise
    weights[:-1, frames - overlap :, 0, 0] = rise[::-1]
    return weights


def _stride(frames, overlap):
    if not 0 <= overlap <= frames // 2:
        raise ValueError(f"overlap must be from 0 to {frames // 2}, received {overlap}")
    return frames - overlap
