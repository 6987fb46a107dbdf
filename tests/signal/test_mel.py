import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfaudiogen.signal.mel import (
    hertz_to_mels,
    linear_to_mel,
    mel_filters,
    mel_to_linear,
    mels_to_hertz,
    mfcc,
    triangles,
)

formulas = st.sampled_from(["slaney", "htk"])


@pytest.mark.parametrize("formula", ["slaney", "htk"])
def test_wide_filters_are_librosas(formula):
    expected = librosa.filters.mel(
        sr=22050, n_fft=2048, n_mels=100, htk=formula == "htk", norm=None
    )
    np.testing.assert_allclose(triangles(100, 2048, 22050, formula), expected, atol=1e-6)


@given(formulas, st.floats(0, 48000))
def test_scale_inverts(formula, hertz):
    expected = librosa.hz_to_mel(hertz, htk=formula == "htk")
    np.testing.assert_allclose(hertz_to_mels(hertz, formula), expected, atol=1e-9)
    np.testing.assert_allclose(mels_to_hertz(expected, formula), hertz, atol=1e-6)


@given(
    st.integers(1, 700),
    st.integers(4, 1100).map(lambda half: 2 * half),
    st.integers(4000, 192000),
    formulas,
)
def test_no_row_is_empty_at_any_geometry(bins, frame_length, sample_rate, formula):
    filters = mel_filters(bins, frame_length, sample_rate, formula)
    assert filters.shape == (bins, 1 + frame_length // 2)
    assert triangles(bins, frame_length, sample_rate, formula).max(axis=1).min() >= 0.49
    np.testing.assert_allclose(filters.sum(axis=1), 1, atol=1e-5)


def test_unknown_formula_is_refused():
    with pytest.raises(ValueError, match="mel_formula must be one of .* received 'bark'"):
        mel_filters(40, 512, 8000, "bark")


def test_inversion_reproduces_the_mel_magnitudes():
    filters = mel_filters(40, 512, 8000)
    magnitudes = np.random.default_rng(0).exponential(size=(2, 9, 257)).astype(np.float32)
    mels = magnitudes @ filters.T
    inverted = mel_to_linear(mels, filters).numpy()
    assert inverted.shape == magnitudes.shape
    assert inverted.min() >= 0
    np.testing.assert_allclose(inverted @ filters.T, mels, rtol=0.02)


def test_inversion_of_silence_is_silence():
    filters = mel_filters(64, 512, 8000)
    np.testing.assert_array_equal(mel_to_linear(np.zeros((3, 64), np.float32), filters), 0)


@pytest.mark.parametrize("coefficients", [13, 20])
def test_mfcc_is_librosas(coefficients):
    waveform = np.random.default_rng(0).normal(size=22050).astype(np.float32)
    waveform[8000:] *= 1e-3
    expected = librosa.feature.mfcc(y=waveform, sr=22050, n_mfcc=coefficients)
    np.testing.assert_allclose(mfcc(waveform, 22050, coefficients), expected.T, atol=1e-2)


def test_mfcc_keeps_no_more_coefficients_than_bands():
    with pytest.raises(ValueError, match="coefficients must be from 1 to bins"):
        mfcc(np.zeros(4000, np.float32), coefficients=50, bins=40)


@pytest.mark.parametrize(("bins", "frame_length"), [(512, 1024), (100, 512), (7, 64)])
def test_mel_magnitudes_are_the_product_with_the_filters(bins, frame_length):
    filters = mel_filters(bins, frame_length, 22050)
    magnitudes = np.random.default_rng(0).random((2, 3, 1 + frame_length // 2), np.float32)
    np.testing.assert_allclose(
        linear_to_mel(magnitudes, filters), magnitudes @ filters.T, rtol=1e-5
    )
