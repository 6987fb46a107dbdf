"""Phase retrieval: integrates phase gradients, then refines the phases by projections.

Both algorithms are deterministic. They take the magnitudes of the whole signal at once, of any
length: separately inverted segments would not join.
"""

import functools

import numpy as np
import tensorflow as tf

from tfaudiogen.signal import phase_heap, phase_tree, projections, projections_graph
from tfaudiogen.signal.phase_gradient import phase_steps, worth_following
from tfaudiogen.signal.stft import check_geometry

# Share of the iterations that search (difference map); the others refine (fast Griffin-Lim).
_SEARCHING = 0.3

# Magnitudes to follow, relative to the loudest in the frame. A limit below -60 dB makes no
# difference; in the graph, where every bin costs more, -40 dB loses a tenth of a decibel.
_FOLLOWED, _FOLLOWED_IN_GRAPH = 1e-3, 1e-2


def retrieve_phase(magnitudes, frame_length=1024, hop=256, length=None, iterations=100):
    """Find a waveform with the given spectral magnitudes, offline, at the best known quality.

    Phase-gradient heap integration, then the difference map, then fast Griffin-Lim.

    Args:
        magnitudes: numpy [T, 1 + frame_length // 2], as returned by `stft`.
        frame_length: window length in samples.
        hop: hop length in samples; at most a quarter of frame_length works well.
        length: samples to return, at most (T - 1) * hop + frame_length // 2; (T - 1) * hop if None.
        iterations: number of iterations, of two transforms each.

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
    """Apply `retrieve_phase` to each of a batch [B, T, F], offline; returns [B, length]."""
    if not tf.executing_eagerly():
        raise ValueError(
            "phase must be 'graph' inside a tf.function, received 'pghi', which runs in numpy"
        )
    waveforms = [retrieve_phase(x, frame_length, hop, int(length)) for x in magnitudes.numpy()]
    return tf.constant(np.stack(waveforms))


def graph_phase(magnitudes, frame_length, hop, length, iterations=32):
    """Retrieve waveforms in TensorFlow operations, for any batch and number of frames.

    Integrates the phase gradient along a spanning forest, then projects as `retrieve_phase` does,
    with fewer iterations. XLA cannot compile it: the shapes in the forest depend on the values.

    Args:
        magnitudes: float32 [B, T, 1 + frame_length // 2].
        frame_length: window length in samples.
        hop: hop length in samples.
        length: samples to return, at most (T - 1) * hop + frame_length // 2.
        iterations: number of iterations, of two transforms each.

    Returns:
        float32 [B, length].
    """
    return _graph_for(frame_length, hop, iterations)(magnitudes, length)


@functools.cache
def _graph_for(frame_length, hop, iterations):
    # One graph for all shapes, also in eager use. Graphs for fixed shapes differ in rounding, which
    # the iterations amplify, and a SavedModel must return exactly the samples of Python.
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
