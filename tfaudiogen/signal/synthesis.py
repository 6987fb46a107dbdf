"""Splits long spectrograms into overlapping windows of frames, and blends windows again."""

import numpy as np
import tensorflow as tf


def split(images, frames, overlap):
    """Cut long images into overlapping windows.

    Args:
        images: [B, T, F, C] with T = W (frames - overlap) + overlap for a whole number W of
            windows.
        frames: number of frames in a window.
        overlap: frames that consecutive windows share, from 0 to frames / 2.

    Returns:
        [B, W, frames, F, C].

    Raises:
        ValueError: if a known T does not have this form, or the overlap is too large.
    """
    stride, total = _stride(frames, overlap), images.shape[1]
    if total is not None and (total < frames or (total - overlap) % stride):
        raise ValueError(f"images must have W * {stride} + {overlap} frames, received {total}")
    return tf.signal.frame(images, frames, stride, axis=1)


def blend(amplitudes, overlap):
    """Cross-fade overlapping windows with half-cosine fades, whose weights sum to one.

    Amplitudes are blended, not decibels: halfway between a tone and silence the tone is then 6 dB
    down. The mean of decibels would be halfway to the bottom of the range, and every seam would be
    audible as a gap. Separately inverted waveforms must not be blended: their phases would cancel.

    Args:
        amplitudes: [B, W, frames, F, C], consecutive windows.
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
    """Return the weights of the windows, [W, frames, 1, 1]; the outer ends are not faded."""
    rise = np.sin(0.5 * np.pi * (np.arange(overlap) + 0.5) / max(overlap, 1)) ** 2
    fade_in = np.concatenate([rise, np.ones(frames - overlap)]).astype(np.float32)
    position = tf.range(windows)[:, None]
    weights = tf.where(position > 0, fade_in, 1.0) * tf.where(
        position < windows - 1, fade_in[::-1], 1.0
    )
    return weights[..., None, None]


def _stride(frames, overlap):
    if not 0 <= overlap <= frames // 2:
        raise ValueError(f"overlap must be from 0 to {frames // 2}, received {overlap}")
    return frames - overlap
