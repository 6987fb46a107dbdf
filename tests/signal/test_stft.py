import librosa
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from tfaudiogen.signal.stft import hann_window, inverse_stft, stft


def noise(*shape):
    return np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float32)


@st.composite
def geometries(draw):
    """A frame length, a hop and a number of samples that can be recovered."""
    frame_length = 2 * draw(st.integers(2, 300))
    hop = draw(st.integers(1, frame_length // 2))
    samples = draw(st.integers(1, 3000))
    if hop > frame_length // 3:
        samples = hop * -(-samples // hop)
    return frame_length, hop, samples


def test_window_is_librosas():
    expected = librosa.filters.get_window("hann", 256, fftbins=True)
    np.testing.assert_allclose(hann_window(256), expected, atol=1e-7)


@pytest.mark.parametrize(
    ("frame_length", "hop", "samples"), [(1024, 256, 9000), (256, 100, 4096), (512, 128, 300)]
)
def test_stft_is_librosas(frame_length, hop, samples):
    waveform = noise(samples)
    expected = librosa.stft(
        np.pad(waveform, (0, frame_length)), n_fft=frame_length, hop_length=hop, pad_mode="constant"
    )
    spectra = stft(waveform, frame_length, hop).numpy()
    assert spectra.shape == (1 + samples // hop, 1 + frame_length // 2)
    np.testing.assert_allclose(spectra, expected.T[: len(spectra)], atol=2e-5)


def test_inverse_is_librosas():
    spectra = noise(20, 129) + 1j * noise(20, 129)[::-1]  # consistent with no waveform
    expected = librosa.istft(spectra.T, hop_length=64, n_fft=256, length=19 * 64)
    np.testing.assert_allclose(inverse_stft(spectra, 256, 64), expected, atol=1e-5)


@given(geometries())
def test_round_trip_is_exact(geometry):
    frame_length, hop, samples = geometry
    waveforms = noise(2, samples)
    spectra = stft(waveforms, frame_length, hop)
    recovered = inverse_stft(spectra, frame_length, hop, samples)
    np.testing.assert_allclose(recovered, waveforms, atol=1e-5)


@given(st.integers(1, 40), st.sampled_from([(256, 64), (512, 128), (1024, 256)]))
def test_round_trip_without_the_last_frame_is_exact(frames, geometry):
    waveforms = noise(1, frames * geometry[1])
    recovered = inverse_stft(stft(waveforms, *geometry)[:, :-1], *geometry, waveforms.shape[1])
    np.testing.assert_allclose(recovered, waveforms, atol=1e-5)


def test_compiled_equals_eager_for_any_leading_dimensions():
    waveforms = noise(2, 3, 2000)
    eager = stft(waveforms, 256, 64)
    compiled = tf.function(lambda x: stft(x, 256, 64), jit_compile=True)(waveforms)
    np.testing.assert_allclose(compiled, eager, atol=1e-5)
    invert = tf.function(lambda x: inverse_stft(x, 256, 64, 2000), jit_compile=True)
    np.testing.assert_allclose(invert(eager), waveforms, atol=1e-5)


@pytest.mark.parametrize(
    ("frame_length", "hop", "named"),
    [(255, 64, "frame_length"), (256, 129, "hop"), (256, 0, "hop")],
)
def test_inadmissible_geometry_is_refused(frame_length, hop, named):
    with pytest.raises(ValueError, match=f"^{named} must be"):
        stft(noise(1000), frame_length, hop)
