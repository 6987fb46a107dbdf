"""From magnitudes to a waveform."""

import tensorflow as tf

from tfaudiogen.signal.griffin_lim import fast_griffin_lim


def graph_phase(magnitudes, frame_length, hop, length):
    """Retrieve waveforms in TensorFlow operations."""
    start = tf.cast(magnitudes, tf.complex64)
    return fast_griffin_lim(magnitudes, start, frame_length, hop, length)


heap_phase = graph_phase
