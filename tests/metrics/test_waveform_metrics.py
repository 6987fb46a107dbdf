"""Distances between waveforms against cases with a known answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfaudiogen import metrics

DISTANCES = [
    metrics.spectral_convergence,
    metrics.log_spectral_distance,
    metrics.multi_resolution_stft_distance,
    metrics.si_sdr,
]
gains = st.floats(0.05, 20.0)
seeds = st.integers(0, 2**31)


def noise(seed, count=2, samples=4096, level=0.3):
    return level * np.random.default_rng(seed).standard_normal((count, samples))


def tone(samples=8192, rate=8000, frequency=1000.0):
    return np.sin(2 * np.pi * frequency * np.arange(samples) / rate)[None]


def test_silent_estimate_converges_to_zero_decibels():
    np.testing.assert_allclose(
        metrics.spectral_convergence(noise(0), np.zeros((2, 4096))), 0.0, atol=1e-9
    )


@given(seeds, gains)
@settings(max_examples=20, deadline=None)
def test_spectral_convergence_of_a_gain(seed, gain):
    expected = max(20 * np.log10(max(abs(1 - gain), 1e-300)), -200)
    reference = noise(seed)
    actual = metrics.spectral_convergence(reference, gain * reference)
    np.testing.assert_allclose(actual, expected, atol=1e-5)


@given(seeds, gains)
@settings(max_examples=20, deadline=None)
def test_log_spectral_distance_of_a_gain(seed, gain):
    reference = noise(seed)
    actual = metrics.log_spectral_distance(reference, gain * reference, floor_db=-300.0)
    np.testing.assert_allclose(actual, abs(20 * np.log10(gain)), rtol=1e-6, atol=1e-9)


def test_floor_bounds_the_log_spectral_distance():
    silence = np.zeros((1, 4096))
    np.testing.assert_array_equal(metrics.log_spectral_distance(silence, silence), 0.0)
    quiet = metrics.log_spectral_distance(silence, noise(0, 1, level=1e-9))
    np.testing.assert_array_equal(quiet, 0.0)


def test_full_scale_sine_stands_at_zero_decibels():
    # With the floor at -1 dB only the tone's own bin (of 33) differs from silence, by 1 dB; the
    # first and the last of 129 frames hold half a window of sound and stay under the floor.
    distance = metrics.log_spectral_distance(
        tone(), np.zeros((1, 8192)), frame_length=64, hop=64, floor_db=-1.0
    )
    np.testing.assert_allclose(distance, 127 / 129 / np.sqrt(33), rtol=1e-6)


def test_multi_resolution_distance_of_a_gain():
    reference = noise(1, samples=8192)
    actual = metrics.multi_resolution_stft_distance(reference, 2 * reference, floor_db=-300.0)
    np.testing.assert_allclose(actual, 1 + np.log(2), rtol=1e-6)


@given(seeds, gains)
@settings(max_examples=20, deadline=None)
def test_si_sdr_ignores_the_scale(seed, gain):
    reference, estimate = noise(seed), noise(seed) + noise(seed + 1)
    expected = metrics.si_sdr(reference, estimate)
    np.testing.assert_allclose(metrics.si_sdr(reference, gain * estimate), expected, atol=1e-6)
    np.testing.assert_allclose(metrics.si_sdr(-gain * reference, estimate), expected, atol=1e-6)


@given(st.floats(-40.0, 40.0))
@settings(max_examples=20, deadline=None)
def test_si_sdr_of_orthogonal_noise_is_the_ratio_of_energies(decibels):
    time = 2 * np.pi * np.arange(4000) / 4000
    reference, disturbance = np.sin(10 * time), np.sin(25 * time)
    estimate = reference + 10 ** (-decibels / 20) * disturbance
    np.testing.assert_allclose(metrics.si_sdr(reference, estimate), [decibels], atol=1e-6)


def test_perfect_estimates_stay_finite():
    reference = noise(3, samples=8192)
    np.testing.assert_array_equal(metrics.spectral_convergence(reference, reference), -200.0)
    np.testing.assert_array_equal(metrics.log_spectral_distance(reference, reference), 0.0)
    np.testing.assert_array_equal(metrics.multi_resolution_stft_distance(reference, reference), 0.0)
    assert np.all(metrics.si_sdr(reference, reference) > 150)


@pytest.mark.parametrize("distance", DISTANCES[::3] + DISTANCES[2:3])
def test_silent_reference_is_not_a_number(distance):
    assert np.isnan(distance(np.zeros((1, 4096)), noise(0, 1))).all()


def test_si_sdr_of_silence_is_the_lower_limit():
    np.testing.assert_array_equal(metrics.si_sdr(noise(0), np.zeros((2, 4096))), -200.0)


@pytest.mark.parametrize("distance", DISTANCES)
@given(seed=seeds, length=st.integers(300, 4095))
@settings(max_examples=10, deadline=None)
def test_padding_has_no_influence(distance, seed, length):
    reference, estimate = noise(seed), noise(seed + 1)
    masked = distance(reference, estimate, lengths=[length, 4096])
    np.testing.assert_allclose(masked[:1], distance(reference[:1, :length], estimate[:1, :length]))
    np.testing.assert_allclose(masked[1:], distance(reference[1:], estimate[1:]))


@pytest.mark.parametrize("distance", DISTANCES)
def test_single_waveform_and_tensors(distance):
    tf = pytest.importorskip("tensorflow")
    reference, estimate = noise(0, 1), noise(1, 1)
    expected = distance(reference, estimate)
    assert expected.shape == (1,)
    np.testing.assert_array_equal(distance(reference[0], estimate[0]), expected)
    tensors = tf.constant(reference), tf.constant(estimate)
    np.testing.assert_array_equal(distance(*tensors), expected)


@pytest.mark.parametrize("distance", DISTANCES)
def test_bad_shapes_and_lengths_are_named(distance):
    with pytest.raises(ValueError, match=r"one shape.*\(2, 4096\).*\(2, 4000\)"):
        distance(noise(0), noise(0)[:, :4000])
    for lengths in ([0, 5], [1, 4097], [5]):
        with pytest.raises(ValueError, match="lengths must hold 2 numbers"):
            distance(noise(0), noise(0), lengths=lengths)
