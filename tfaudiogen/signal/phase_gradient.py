"""Estimates the phase gradient from magnitudes.

Let V(t, w) = |V| exp(i phi) be the transform of a signal with the Gaussian window
exp(-pi t^2 / g), with phases relative to the centre of the window. Differentiating under the
integral gives

    dV/dt = i w V + i (2 pi / g) dV/dw.

Divided by V, its real and imaginary parts are

    dphi/dw = -(g / 2 pi) dlog|V|/dt,        dphi/dt = w + (2 pi / g) dlog|V|/dw.

With frames `hop` samples apart, M = frame_length and r = g / (hop M), a step of one bin changes
the phase by -r dlog|V| (per frame), and a step of one frame by 2 pi hop m / M + dlog|V| (per bin)
/ r. Phases relative to the start of the frame change by pi more with every bin.

Source: Prusa, Balazs and Sondergaard, "A noniterative method for reconstruction of phase from STFT
magnitude", IEEE/ACM TASLP 2017.
"""

import math

import numpy as np
import tensorflow as tf

# g / frame_length^2 of the Gaussian that approximates the Hann window. The closest in shape has
# 0.2565; 0.24 predicts the differences between neighbouring frames and bins better.
_HANN = 0.24

# Below this share of the loudest magnitude, -120 dB, differences of logarithms are meaningless.
_FLOOR = 1e-6


def phase_steps(magnitudes, frame_length, hop):
    """Predict phase differences between neighbours, by the trapezoidal rule.

    Args:
        magnitudes: float32 [B, T, F], F = 1 + frame_length // 2.
        frame_length: length in samples of the (periodic Hann) window.
        hop: hop length in samples.

    Returns:
        in_time: float32 [B, T - 1, F], radians from frame t to t + 1.
        in_frequency: float32 [B, T, F - 1], radians from bin m to m + 1.
    """
    ratio = _HANN * frame_length / hop
    logarithms = _floored_logarithm(magnitudes)
    beside = tf.pad(logarithms, [[0, 0], [0, 0], [1, 1]], "REFLECT")
    before = tf.pad(logarithms, [[0, 0], [1, 1], [0, 0]], "SYMMETRIC")
    in_time = (beside[:, :, 2:] - beside[:, :, :-2]) / (2 * ratio) + _advance(frame_length, hop)
    in_frequency = (before[:, :-2] - before[:, 2:]) * (ratio / 2) + math.pi
    return (in_time[:, 1:] + in_time[:, :-1]) / 2, (
        in_frequency[:, :, 1:] + in_frequency[:, :, :-1]
    ) / 2


def _floored_logarithm(magnitudes):
    loudest = tf.reduce_max(magnitudes, axis=[1, 2], keepdims=True)
    return tf.math.log(tf.maximum(magnitudes, tf.maximum(loudest * _FLOOR, 1e-30)))


def _advance(frame_length, hop):
    # The phase that bin m gains in a hop, 2 pi m hop / M, reduced modulo 2 pi to keep precision.
    turns = np.arange(1 + frame_length // 2) * hop % frame_length / frame_length
    return (2 * np.pi * turns).astype(np.float32)


def worth_following(magnitudes, share):
    """Mark bins whose magnitude is more than `share` of the loudest in their frame, bool [B, T, F].

    Phases predicted for quieter bins are random. The limit is relative to the frame, so quiet
    passages are treated like loud ones.
    """
    loudest = tf.reduce_max(magnitudes, axis=2, keepdims=True)
    return magnitudes > tf.maximum(loudest * share, 1e-20)
