"""The short-time Fourier transform and its inverse, with librosa's conventions.

A periodic Hann window of `frame_length` samples moves by `hop` over the signal, which is padded on
both sides with half a frame of zeros, so frame t is centred on sample t * hop. Spectra are not
scaled: a full-scale sine at the centre of a bin has the magnitude sum(window) / 2.
"""

import numpy as np
import tensorflow as tf

# Samples; longer windows are of no use for sound.
_LONGEST = 2**14


def hann_window(frame_length):
    """Return the periodic Hann window, float32 numpy [frame_length]."""
    phase = np.arange(frame_length) * (2 * np.pi / frame_length)
    return (0.5 - 0.5 * np.cos(phase)).astype(np.float32)


def check_geometry(frame_length, hop):
    """Raise ValueError unless a signal can be recovered with this window length and hop."""
    if not 4 <= frame_length <= _LONGEST or frame_length % 2:
        raise ValueError(
            f"frame_length must be even and from 4 to {_LONGEST}, received {frame_length}; a power "
            "of two is fastest"
        )
    if not 1 <= hop <= frame_length // 2:
        raise ValueError(
            f"hop must be from 1 to half of frame_length ({frame_length // 2}), received {hop}; "
            "a quarter is usual, and the most that phase retrieval does well with"
        )


def stft(waveforms, frame_length=1024, hop=256):
    """Return the complex spectra of waveforms.

    Args:
        waveforms: float32 [..., N].
        frame_length: window length in samples, even.
        hop: hop length in samples, at most half of frame_length.

    Returns:
        complex64 [..., 1 + N // hop, 1 + frame_length // 2].

    Raises:
        ValueError: if the geometry does not allow the signal to be recovered.
    """
    check_geometry(frame_length, hop)
    waveforms = tf.convert_to_tensor(waveforms, tf.float32)
    half = frame_length // 2
    padding = [[0, 0]] * (waveforms.shape.rank - 1) + [[half, half]]
    return analyse(tf.pad(waveforms, padding), frame_length, hop)


def inverse_stft(spectra, frame_length=1024, hop=256, length=None):
    """Return the waveforms whose spectra are nearest, in the least-squares sense.

    With length=N, the STFT of N samples is inverted exactly if N is a multiple of the hop or the
    hop is at most a third of frame_length. (Otherwise only the edge of the last window would cover
    the last samples.) If N is a multiple of a hop of at most a third, the last frame may be
    omitted.

    Args:
        spectra: complex64 [..., T, 1 + frame_length // 2].
        frame_length: window length in samples, as in `stft`.
        hop: hop length in samples, as in `stft`.
        length: samples to return, at most (T - 1) * hop + frame_length // 2; (T - 1) * hop if None.

    Returns:
        float32 [..., length].

    Source: Griffin and Lim, "Signal estimation from modified short-time Fourier transform", IEEE
    TASSP 1984, equation 6.
    """
    check_geometry(frame_length, hop)
    frames, half = tf.shape(spectra)[-2], frame_length // 2
    length = (frames - 1) * hop if length is None else length
    gain = synthesis_gain(frames, frame_length, hop)
    return (synthesise(spectra, frame_length, hop) * gain)[..., half : half + length]


def analyse(padded, frame_length, hop):
    """Return the spectra [..., T, F] of waveforms that are already padded.

    Padded waveforms have (T - 1) * hop + frame_length samples; iterative algorithms use them.
    """
    return tf.signal.rfft(tf.signal.frame(padded, frame_length, hop) * hann_window(frame_length))


def synthesise(spectra, frame_length, hop):
    """Return padded waveforms by windowed overlap-add, not yet normalised."""
    frames = tf.signal.irfft(spectra, [frame_length]) * hann_window(frame_length)
    return tf.signal.overlap_and_add(frames, hop)


def synthesis_gain(frames, frame_length, hop):
    """Return the reciprocal sum of squared windows, [(frames - 1) * hop + frame_length]."""
    squares = tf.ones([frames, 1]) * hann_window(frame_length) ** 2  # [T, frame]
    return 1 / tf.maximum(tf.signal.overlap_and_add(squares, hop), 1e-8)
