"""Griffin-Lim phase retrieval with momentum, in TensorFlow operations."""

import tensorflow as tf

from tfaudiogen.signal.stft import inverse_stft_with, overlap_norm, stft


def fast_griffin_lim(magnitudes, start, frame_length, hop, length, iterations=32, momentum=0.99):
    """Improve on phases by projecting between consistent spectra and given magnitudes.

    Args:
        magnitudes: float32 [..., T, F].
        start: complex64 [..., T, F], spectra to start from, whose magnitudes are `magnitudes`.
        frame_length: samples in a window.
        hop: samples from one frame to the next.
        length: samples to return, as in `inverse_stft`.
        iterations: number of projections onto the consistent spectra.
        momentum: share of the last change that is added to the next one.

    Returns:
        float32 waveforms [..., length].

    Source: Perraudin, Balazs and Sondergaard, "A fast Griffin-Lim algorithm", WASPAA 2013.
    """
    frames = tf.shape(magnitudes)[-2]
    norm = overlap_norm(frames, frame_length, hop, length)
    scale = tf.cast(momentum, tf.complex64)

    def synthesise(spectra):
        return inverse_stft_with(spectra, frame_length, hop, length, norm)

    def step(index, spectra, last):
        consistent = stft(synthesise(spectra), frame_length, hop)[..., :frames, :]
        consistent = tf.ensure_shape(consistent, spectra.shape)
        ahead = consistent + scale * (consistent - last)
        return index + 1, impose(magnitudes, ahead), consistent

    loop = (tf.constant(0), start, start)
    _, spectra, _ = tf.while_loop(lambda index, *_: index < iterations, step, loop)
    return synthesise(spectra)


def impose(magnitudes, spectra):
    """Return spectra with the given magnitudes and the phases of `spectra`; a zero has phase 0."""
    squares = tf.math.real(spectra) ** 2 + tf.math.imag(spectra) ** 2
    gains = magnitudes * tf.math.rsqrt(tf.maximum(squares, 1e-30))
    return tf.cast(gains, tf.complex64) * spectra
