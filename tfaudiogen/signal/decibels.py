"""Converts between amplitudes, absolute decibels and image values in [0, 1].

0 dB is a full-scale sine, whose spectral magnitude is half the sum of the window. The range of an
image is fixed and never fitted to a clip, so levels are comparable between windows.
"""

import math

import tensorflow as tf

# Half a level of an 8-bit image: smaller values would be stored as 0.
_SILENT = 0.5 / 255


def full_scale(frame_length):
    """Return the spectral magnitude of a full-scale sine under a periodic Hann window."""
    return frame_length / 4


def amplitude_to_decibels(amplitudes, frame_length):
    """Return spectral magnitudes (>= 0, any shape) in decibels; 0 gives about -600."""
    relative = tf.maximum(amplitudes / full_scale(frame_length), 1e-30)
    return tf.math.log(relative) * (20 / math.log(10))


def decibels_to_amplitude(decibels, frame_length):
    """Return the spectral magnitudes of decibels (any shape)."""
    return tf.exp(decibels * (math.log(10) / 20)) * full_scale(frame_length)


def decibels_to_image(decibels, low, high):
    """Map decibels linearly from [low, high] to [0, 1], with clipping."""
    return tf.clip_by_value((decibels - low) / (high - low), 0.0, 1.0)


def image_to_decibels(images, low, high):
    """Map image values linearly from [0, 1] to [low, high] decibels."""
    return low + tf.convert_to_tensor(images, tf.float32) * (high - low)


def amplitude_to_image(amplitudes, frame_length, low, high):
    """Return spectral magnitudes (any shape) as image values in [0, 1]."""
    return decibels_to_image(amplitude_to_decibels(amplitudes, frame_length), low, high)


def image_to_amplitude(images, frame_length, low, high):
    """Return image values as spectral magnitudes.

    Values below half a level of 256 become 0: they stand for at most `low` decibels, and digital
    silence must not turn into a hum at the bottom of the range.
    """
    amplitudes = decibels_to_amplitude(image_to_decibels(images, low, high), frame_length)
    return tf.where(images < _SILENT, 0.0, amplitudes)
