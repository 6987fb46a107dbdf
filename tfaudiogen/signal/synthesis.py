"""Splits long sounds into overlapping windows of frames, and blends them again."""

import numpy as np
import tensorflow as tf


def split(images, frames, overlap):
    """Cut long images into overlapping windows.

    Args:
        images: [B, T, F, C] with T = W (frames - overlap) + overlap for a whole number W of
            windows.
        frames: frames of a window.
        overlap: frames that consecutive windows share, from 0 to frames / 2.

    Returns:
        [B, W, frames, F, C].

    Raises:
        ValueError: if T, where it is known, is not such a number, or the overlap is too large.
    """
    stride, total = _stride(frames, overlap), images.shape[1]
    if total is not None and (total < frames or (total - overlap) % stride):
        raise ValueError(f"images must have W * {stride} + {overlap} frames, received {total}")
    return tf.signal.frame(images, frames, stride, axis=1)


def blend(amplitudes, overlap):
    """Add overlapping windows up, each faded in and out by half a cosine; weights add up to one.

    Amplitudes are blended and not decibels: halfway between a tone and silence the tone is 6 dB
    down, where the mean of the decibels would be half-way to the bottom of the range and every
    seam would be heard as a gap. Waveforms that were inverted apart must not be blended at all:
    their phases cancel.

    Args:
        amplitudes: [B, W, frames, F, C], consecutive windows of sounds.
        overlap: frames that consecutive windows share, from 0 to frames / 2.

    Returns:
        [B, W (frames - overlap) + overlap, F, C].
    """
    frames = amplitudes.shape[2]
    stride = _stride(frames, overlap)
    faded = amplitudes * _fades(tf.shape(amplitudes)[1], frames, overlap)
    heads, bodies, tails = tf.split(faded, [overlap, stride - overlap, overlap], axis=2)
    before = tf.concat([tf.zeros_like(tails[:, :1]), tails[:, :-1]], axis=1)
    whole = tf.concat([heads + before, bodies], axis=2)  # [B, W, stride, F, C]
    shape = tf.concat([tf.shape(whole)[:1], [-1], tf.shape(whole)[3:]], axis=0)
    whole = tf.concat([tf.reshape(whole, shape), tails[:, -1]], axis=1)
    windows = amplitudes.shape[1]
    total = None if windows is None else windows * stride + overlap
    return tf.ensure_shape(whole, [amplitudes.shape[0], total, *amplitudes.shape[3:]])


def _fades(windows, frames, overlap):
    """Return [W, frames, 1, 1]: each window's weights; the outer ends are not faded."""
    rise = np.sin(0.5 * np.pi * (np.arange(overlap) + 0.5) / max(overlap, 1)) ** 2
    fade_in = np.concatenate([rise, np.ones(frames - overlap)]).astype(np.float32)
    place = tf.range(windows)[:, None]
    weights = tf.where(place > 0, fade_in, 1.0) * tf.where(place < windows - 1, fade_in[::-1], 1.0)
    return weights[..., None, None]


def _stride(frames, overlap):
    if not 0 <= overlap <= frames // 2:
        raise ValueError(f"overlap must be from 0 to {frames // 2}, received {overlap}")
    return frames - overlap
