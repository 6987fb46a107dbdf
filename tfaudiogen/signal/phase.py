"""Phase retrieval: integrates phase gradients, then improves by projections.

Both ways are deterministic. The whole signal's magnitudes go in at once, however long it is: pieces
that are inverted apart do not join.
"""

import functools

import numpy as np
import tensorflow as tf

from tfaudiogen.signal import phase_heap, phase_tree, projections, projections_graph
from tfaudiogen.signal.phase_gradient import phase_steps, worth_following
from tfaudiogen.signal.stft import check_geometry

# Of all iterations, the share that searches; the others refine.
_SEARCHING = 0.3

# Magnitudes worth following, relative to the loudest in the frame. Below -60 dB it makes no
# difference; in the graph, where every bin costs more, -40 dB loses a tenth of a decibel.
_FOLLOWED, _FOLLOWED_IN_GRAPH = 1e-3, 1e-2


def retrieve_phase(magnitudes, frame_length=1024, hop=256, length=None, iterations=100):
    """Find a waveform of given spectral magnitudes, offline and as well as is known to us.

    Phase-gradient heap integration, then the difference map, then fast Griffin-Lim.

    Args:
        magnitudes: numpy [T, 1 + frame_length // 2], as of `stft`.
        frame_length: samples in a window.
        hop: samples from one frame to the next; at most a quarter of frame_length does well.
        length: samples to return, at most (T - 1) * hop + frame_length // 2; (T - 1) * hop if None.
        iterations: how many, of two transforms each.

    Returns:
        float32 numpy [length].

    Raises:
        ValueError: if the magnitudes are of another shape, negative or not finite.
    """
    check_geometry(frame_length, hop)
    magnitudes = _checked(magnitudes, frame_length)
    length = (len(magnitudes) - 1) * hop if length is None else length
    geometry = frame_length, hop, length
    steps = phase_steps(magnitudes[None], frame_length, hop)
    followed = worth_following(magnitudes[None], _FOLLOWED)
    phases = phase_heap.integrate(magnitudes, *(x[0].numpy() for x in (*steps, followed)))
    spectra = np.empty(magnitudes.shape, np.complex64)
    spectra.real, spectra.imag = magnitudes * np.cos(phases), magnitudes * np.sin(phases)
    return _refine(projections.Projections(magnitudes, *geometry), spectra, iterations)


def _refine(within, spectra, iterations):
    searching = round(_SEARCHING * iterations)
    signals = within.synthesise(within.difference_map(spectra, searching))
    return within.fast_griffin_lim(signals, iterations - searching)[..., within.inside]


def _checked(magnitudes, frame_length):
    magnitudes = np.ascontiguousarray(magnitudes, np.float32)
    if magnitudes.ndim != 2 or magnitudes.shape[1] != 1 + frame_length // 2 or not len(magnitudes):
        raise ValueError(
            f"magnitudes must be [T, {1 + frame_length // 2}] for a frame_length of "
            f"{frame_length}, received {magnitudes.shape}"
        )
    if not (np.isfinite(magnitudes).all() and (magnitudes >= 0).all()):
        raise ValueError("magnitudes must be finite and not negative, received others")
    return magnitudes


def heap_phase(magnitudes, frame_length, hop, length):
    """Retrieve a batch offline: `retrieve_phase` for tensors [B, T, F]; gives [B, length]."""
    if not tf.executing_eagerly():
        raise ValueError(
            "phase must be 'graph' inside a tf.function, received 'heap', which runs in numpy"
        )
    waveforms = [retrieve_phase(x, frame_length, hop, int(length)) for x in magnitudes.numpy()]
    return tf.constant(np.stack(waveforms))


def graph_phase(magnitudes, frame_length, hop, length, iterations=32):
    """Retrieve waveforms in TensorFlow operations, for any batch and number of frames.

    Integration along a spanning forest, then as offline with fewer iterations. Not for XLA: the
    forest's shapes depend on the values.

    Args:
        magnitudes: float32 [B, T, 1 + frame_length // 2].
        frame_length: samples in a window.
        hop: samples from one frame to the next.
        length: samples to return, at most (T - 1) * hop + frame_length // 2.
        iterations: how many, of two transforms each.

    Returns:
        float32 [B, length].
    """
    return _graph_for(frame_length, hop, iterations)(magnitudes, length)


@functools.cache
def _graph_for(frame_length, hop, iterations):
    # One graph for all shapes, in eager use too: the iterations magnify the rounding by which
    # graphs for fixed shapes differ, and a SavedModel must give the very samples that Python does.
    signature = [tf.TensorSpec([None, None, 1 + frame_length // 2]), tf.TensorSpec([], tf.int32)]

    @tf.function(input_signature=signature)
    def retrieve(magnitudes, length):
        steps = phase_steps(magnitudes, frame_length, hop)
        followed = worth_following(magnitudes, _FOLLOWED_IN_GRAPH)
        phases = phase_tree.integrate(magnitudes, *steps, followed)
        spectra = tf.complex(magnitudes * tf.cos(phases), magnitudes * tf.sin(phases))
        within = projections_graph.Projections(magnitudes, frame_length, hop, length)
        return _refine(within, spectra, iterations)

    return retrieve
