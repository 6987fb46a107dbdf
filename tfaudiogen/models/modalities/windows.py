"""Splits audio of any length into overlapping windows of the model's length."""

import tensorflow as tf

from tfaudiogen.signal import decibels, synthesis

_OVERLAP = 0.5
"""Overlap of consecutive windows, as a fraction of their frames."""


def _overlap_and_stride(spectrogram):
    overlap = int(spectrogram.frames * _OVERLAP)
    return overlap, spectrogram.frames - overlap


def frames_of(windows, spectrogram):
    """Return the number of frames covered by overlapping windows, an int or a tensor."""
    overlap, stride = _overlap_and_stride(spectrogram)
    return windows * stride + overlap


def windows_for(frames, spectrogram):
    """Return the number of overlapping windows that cover `frames` frames, an int or a tensor."""
    overlap, stride = _overlap_and_stride(spectrogram)
    covered = -((overlap - frames) // stride)
    return max(1, covered) if isinstance(frames, int) else tf.maximum(1, covered)


def consecutive(waveform, spectrogram):
    """Splits the image of a waveform of any length into windows without overlap.

    Args:
        waveform: [N].
        spectrogram: the `Spectrogram`.

    Returns:
        Images [W, T, F, 1], the last one padded with silence, and int32 [W], the number of
        unpadded frames in each.
    """
    frames, window = -(-tf.size(waveform) // spectrogram.hop), spectrogram.frames
    count = -(-frames // window)
    padding = count * window * spectrogram.hop - tf.size(waveform)
    image = spectrogram(tf.pad(waveform, [[0, padding]])[None])
    images = tf.reshape(image, (count, *spectrogram.image_shape))
    return images, tf.minimum(frames - window * tf.range(count), window)


def split(image, spectrogram):
    """Splits the image [1, T, F, 1] of a sound of any length into overlapping windows.

    Returns:
        Images [1, W, T', F, 1], padded with silence at the end, and T.
    """
    frames = image.shape[1] or tf.shape(image)[1]
    padding = frames_of(windows_for(frames, spectrogram), spectrogram) - frames
    image = tf.pad(image, [[0, 0], [0, padding], [0, 0], [0, 0]])
    return synthesis.split(image, spectrogram.frames, _overlap_and_stride(spectrogram)[0]), frames


def blend(images, spectrogram):
    """Blends overlapping windows [B, W, T', F, 1] to images [B, T, F, 1]."""
    scale = (spectrogram.frame_length, *spectrogram.decibels)
    amplitudes = decibels.image_to_amplitude(images, *scale)
    whole = synthesis.blend(amplitudes, _overlap_and_stride(spectrogram)[0])
    return decibels.amplitude_to_image(whole, *scale)
