import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfaudiogen.signal.decibels import (
    amplitude_to_decibels,
    amplitude_to_image,
    decibels_to_amplitude,
    image_to_amplitude,
)
from tfaudiogen.signal.stft import stft


@pytest.mark.parametrize("frame_length", [256, 1024])
@pytest.mark.parametrize("gain", [1.0, 0.01])
def test_zero_decibels_is_a_full_scale_sine(frame_length, gain):
    sine = gain * np.sin(2 * np.pi * 20 / frame_length * np.arange(8 * frame_length))
    spectra = stft(sine.astype(np.float32), frame_length, frame_length // 4)
    peak = amplitude_to_decibels(np.abs(spectra[16]).max(), frame_length)
    np.testing.assert_allclose(peak, 20 * np.log10(gain), atol=1e-3)


@given(st.floats(-120, 20))
def test_amplitudes_return_from_decibels(decibels):
    returned = amplitude_to_decibels(decibels_to_amplitude(np.float32(decibels), 1024), 1024)
    np.testing.assert_allclose(returned, decibels, atol=1e-4)


@given(st.integers(1, 255), st.floats(-120, -40), st.floats(-30, 30))
def test_every_level_of_eight_bits_returns_from_amplitude(level, low, high):
    image = np.float32(level / 255)
    amplitude = image_to_amplitude(image, 512, low, high)
    np.testing.assert_allclose(amplitude_to_image(amplitude, 512, low, high), image, atol=1e-4)


def test_outside_the_range_is_clipped_and_the_floor_is_silence():
    loudness = np.float32([0.0, 1e-9, 1e9])
    np.testing.assert_array_equal(amplitude_to_image(loudness, 512, -80, 0), [0, 0, 1])
    np.testing.assert_array_equal(image_to_amplitude(np.float32([0, 1e-3]), 512, -80, 0), [0, 0])
