import librosa
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import label

from tfaudiogen.metrics import spectral_convergence
from tfaudiogen.signal import phase_heap, phase_tree
from tfaudiogen.signal.phase import graph_phase, heap_phase, retrieve_phase
from tfaudiogen.signal.phase_gradient import phase_steps, worth_following
from tfaudiogen.signal.stft import stft

LENGTH, HOP = 256, 64


def tones(samples):
    """A plucked harmonic tone, a glide and noise bursts: ridges, slopes and edges."""
    time = np.arange(samples) / 8000
    pluck = sum(np.sin(2 * np.pi * 220 * k * time) * np.exp(-3 * k * time) / k for k in range(1, 9))
    glide = np.sin(2 * np.pi * (500 * time + 400 * time**2))
    bursts = np.random.default_rng(0).normal(size=samples) * (np.sin(20 * time) > 0.9)
    return (0.3 * pluck + 0.2 * glide + 0.1 * bursts).astype(np.float32)


def magnitudes_of(waveform):
    return np.abs(stft(waveform, LENGTH, HOP))


def in_heap(magnitudes):
    return retrieve_phase(magnitudes, LENGTH, HOP)


@tf.function(input_signature=[tf.TensorSpec([None, None, 1 + LENGTH // 2])])
def in_graph(magnitudes):
    return graph_phase(magnitudes, LENGTH, HOP, (tf.shape(magnitudes)[1] - 1) * HOP)


@pytest.mark.parametrize(("method", "gain"), [("pghi", 9.5), ("graph", 6.0)])
def test_better_than_librosas_griffin_lim(method, gain):
    waveform = tones(16384)
    magnitudes = magnitudes_of(waveform)
    usual = librosa.griffinlim(magnitudes.T, n_iter=32, hop_length=HOP, random_state=0)
    ours = in_heap(magnitudes) if method == "pghi" else in_graph(magnitudes[None])[0]
    usual, ours = (spectral_convergence(waveform, x, LENGTH, HOP)[0] for x in (usual, ours))
    assert ours < usual - gain


def wrapped_errors(predicted, phases, axis, weights):
    errors = np.angle(np.exp(1j * (np.diff(phases, axis=axis) - predicted)))
    return np.sqrt(np.average(errors**2, weights=weights))


def test_steps_predict_the_phase_of_a_gaussian_chirp():
    # Under the window a chirp with a Gaussian envelope has a phase that is quadratic in both
    # directions, so the trapezoidal rule leaves only what the Hann window differs by.
    time = np.arange(8192) - 4096.0
    chirp = np.exp(-((time / 400) ** 2)) * np.cos(0.9 * time + 3e-4 * time**2)
    spectra = stft(chirp.astype(np.float32), LENGTH, HOP).numpy()
    magnitudes, phases = np.abs(spectra), np.angle(spectra)
    in_time, in_frequency = (x[0].numpy() for x in phase_steps(magnitudes[None], LENGTH, HOP))
    loud = magnitudes > 0.1 * magnitudes.max()
    assert wrapped_errors(in_time, phases, 0, loud[1:] & loud[:-1]) < 0.2
    assert wrapped_errors(in_frequency, phases, 1, loud[:, 1:] & loud[:, :-1]) < 0.2


def path_steps(bins, seed, tied):
    """Random magnitudes and phase steps, for bins (T, F); a few equal magnitudes where tied."""
    generator = np.random.default_rng(seed)
    magnitudes = generator.uniform(0.1, 1, bins).astype(np.float32)
    if tied:
        magnitudes = np.round(magnitudes * 3).astype(np.float32)
    frames, width = bins
    in_time = generator.uniform(-3, 3, (frames - 1, width)).astype(np.float32)
    in_frequency = generator.uniform(-3, 3, (frames, width - 1)).astype(np.float32)
    return magnitudes, in_time, in_frequency


def differences(phases):
    return [np.exp(1j * np.diff(phases, axis=axis)) for axis in (0, 1)]


@given(st.tuples(st.integers(1, 12), st.integers(2, 12)), st.integers(0, 99), st.booleans())
def test_steps_of_a_field_give_the_field_back_in_either_order(bins, seed, tied):
    magnitudes, *_ = path_steps(bins, seed, tied)
    field = np.random.default_rng(seed).uniform(-3, 3, bins).astype(np.float32)
    steps = np.diff(field, axis=0), np.diff(field, axis=1)
    followed = np.ones(bins, bool)
    heap = phase_heap.integrate(magnitudes, *steps, followed)
    batch = (x[None] for x in (magnitudes, *steps, followed))
    tree = phase_tree.integrate(*batch).numpy()[0]
    for phases in (heap, tree):
        for ours, theirs in zip(differences(phases), differences(field), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-4)


@given(st.tuples(st.integers(2, 9), st.integers(2, 9)), st.integers(0, 99), st.booleans())
def test_tree_joins_each_connected_part_by_a_tree(bins, seed, tied):
    magnitudes, in_time, in_frequency = path_steps(bins, seed, tied)
    followed = np.random.default_rng(seed).uniform(size=bins) < 0.7
    batch = (x[None] for x in (magnitudes, in_time, in_frequency, followed))
    phases = phase_tree.integrate(*batch).numpy()[0]
    kept = 0
    for axis, steps in enumerate((in_time, in_frequency)):
        ends = np.take(followed, range(1, bins[axis]), axis) & np.take(
            followed, range(bins[axis] - 1), axis
        )
        gaps = np.diff(phases, axis=axis) - steps
        kept += np.sum(ends & (np.abs(np.angle(np.exp(1j * gaps))) < 1e-4))
    assert kept == followed.sum() - label(followed)[1]  # the edges of a forest
    np.testing.assert_array_equal(phases[~followed], 0)


@pytest.mark.parametrize("method", [in_heap, lambda x: in_graph(x[None])[0].numpy()])
@pytest.mark.parametrize("kind", ["silence", "constant", "pause", "spike", "faint"])
def test_degenerate_magnitudes_give_finite_and_repeatable_sound(method, kind):
    magnitudes = {
        "silence": np.zeros((9, 129)),
        "constant": np.ones((9, 129)),
        "pause": magnitudes_of(tones(4096)) * (np.arange(65) // 8 % 2)[:, None],
        "spike": np.eye(20, 129, 7) * 50,
        "faint": magnitudes_of(tones(4096)) * 1e-12,
    }[kind].astype(np.float32)
    first, second = method(magnitudes), method(magnitudes)
    assert np.isfinite(first).all()
    assert np.any(first) == np.any(magnitudes)
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("method", [heap_phase, graph_phase])
def test_each_of_a_batch_is_retrieved_as_if_alone(method):
    batch = np.stack([magnitudes_of(tones(4096)), magnitudes_of(tones(4096)[::-1])])
    together = method(tf.constant(batch), LENGTH, HOP, 4096)
    assert together.shape == (2, 4096)
    for index in range(2):
        alone = method(tf.constant(batch[index : index + 1]), LENGTH, HOP, 4096)
        np.testing.assert_allclose(together[index], alone[0], atol=1e-3)


def test_quiet_frames_are_followed_as_loud_ones_are():
    magnitudes = np.float32([[[1, 0.5, 1e-5]], [[1e-4, 5e-5, 1e-9]], [[0, 0, 0]]])
    followed = worth_following(magnitudes, 1e-2)
    np.testing.assert_array_equal(followed[:2], [[[True, True, False]]] * 2)
    assert not np.any(followed[2])


def test_heap_within_a_graph_is_refused():
    with pytest.raises(ValueError, match="phase must be 'graph' inside a tf.function"):
        tf.function(lambda x: heap_phase(x, LENGTH, HOP, 640))(tf.ones([1, 11, 129]))


@pytest.mark.parametrize(
    "magnitudes",
    [np.ones((9, 128)), np.ones((0, 129)), -np.ones((9, 129)), np.full((9, 129), np.nan)],
)
def test_magnitudes_that_are_none_are_refused(magnitudes):
    with pytest.raises(ValueError, match="^magnitudes must be .*received"):
        in_heap(magnitudes)
