"""Analyses of a sound are those of librosa, and what is shown of it is safe to show."""

import librosa
import numpy as np
import pytest
from matplotlib import image as matplotlib_image

from tfaudiogen.audio.audio import Audio
from tfaudiogen.plots.comparison import compare_sounds, figure_lines

RATE = 8000
SOUND = Audio.chord("Am7", 0.4, RATE, octave=3).named("<b>drum & $x$</b>")


def test_magnitudes_are_those_of_librosa():
    found = SOUND.spectrogram(512, 128)
    expected = np.abs(librosa.stft(SOUND.waveform, n_fft=512, hop_length=128, pad_mode="constant"))
    np.testing.assert_allclose(found.values, expected.T, atol=1e-3)
    np.testing.assert_allclose(found.frequencies, librosa.fft_frequencies(sr=RATE, n_fft=512))


def test_mfcc_are_those_of_librosa():
    found = SOUND.mfcc(13, 40, 512, 128)
    expected = librosa.feature.mfcc(
        y=SOUND.waveform,
        sr=RATE,
        n_mfcc=13,
        n_fft=512,
        hop_length=128,
        n_mels=40,
        pad_mode="constant",
    )
    np.testing.assert_allclose(found.values, expected.T, atol=0.1)


def test_decibels_are_those_of_a_full_scale_sine():
    sine = Audio.sine(1000, 0.5, RATE, amplitude=1.0)
    assert sine.log_spectrogram().values[20].max() == pytest.approx(0.0, abs=0.1)
    levels, bands = sine.log_mel(40), sine.mel(40)
    assert levels.frequencies[np.argmax(levels.values[20])] == pytest.approx(1000, rel=0.05)
    expected = np.maximum(20 * np.log10(np.maximum(bands.values / 128, 1e-20)), -150)
    np.testing.assert_allclose(levels.values, expected, atol=0.01)


def test_features_are_lazy_and_read_only():
    unread = Audio.from_file("nothing.wav").mel(40)
    assert repr(unread) == "<mel spectrogram of 'nothing.wav': computed when it is needed>"
    found = SOUND.mel(40)
    with pytest.raises(ValueError, match="read-only"):
        found.values[0] = 1
    assert "[26, 40], 8,000 Hz, frame_length 512, hop 128>" in repr(found)


@pytest.mark.parametrize(
    ("kind", "settings", "most"),
    [
        ("log_spectrogram", {}, 1.0),
        ("log_mel", {"bins": 64}, 6.5),
        ("mfcc", {"coefficients": 40, "bins": 64}, 8.0),
    ],
)
def test_a_sound_is_made_of_its_features(kind, settings, most):
    back = getattr(SOUND, kind)(**settings).to_audio()
    assert back.waveform.shape == SOUND.waveform.shape
    assert back.label == SOUND.label
    distance = compare_sounds(SOUND.waveform, back.waveform)["log_spectral_distance"]
    noise = compare_sounds(SOUND.waveform, Audio.noise("pink", 0.4, RATE).waveform)
    assert distance < most < noise["log_spectral_distance"] / 2


def test_arrays_and_features_make_the_same_sound():
    features = SOUND.window(0.2).mel(32)
    one = Audio.from_mel(features)
    two = Audio.from_mel(features.values, RATE)
    length = len(two.waveform)
    assert length == (len(features.values) - 1) * 128
    # Retrieved phases depend on the last samples, which an array does not have.
    found = compare_sounds(one.waveform[:length], two.waveform)
    assert found["log_spectral_distance"] < 5.0


def test_pictures_are_written_and_shown(tmp_path):
    SOUND.mfcc(13, 40).plot(tmp_path / "a.png")
    picture = SOUND.plot(shown="log")
    assert picture.save(tmp_path / "b.png") is picture
    assert picture._repr_png_() == (tmp_path / "b.png").read_bytes()
    for name in ("a.png", "b.png"):
        assert matplotlib_image.imread(tmp_path / name).shape[1] == 900


def test_html_has_a_player_and_a_picture_and_escapes_names():
    for shown in (SOUND._repr_html_(), SOUND.compare(SOUND.gain(-6))._repr_html_()):
        assert "&lt;b&gt;drum &amp; $x$&lt;/b&gt;" in shown
        assert "<b>" not in shown
        assert "data:audio/wav;base64,UklGR" in shown
        assert "data:image/png;base64,iVBOR" in shown


def test_a_comparison_has_the_figures_of_the_command(tmp_path):
    quiet, dull = SOUND.gain(-6), SOUND.resample(16000).window(0.3).lowpass(500)
    alone = SOUND.compare(quiet)
    assert alone.figures == (compare_sounds(SOUND.waveform, quiet.waveform),)
    assert str(alone) == "\n".join(figure_lines(alone.figures[0]))
    both = SOUND.compare(quiet, dull)
    with pytest.warns(UserWarning, match="compared are the first 0.30 s"):
        heading, *lines = both.lines
    assert heading.split("  ")[-1].strip() == "C to A"
    assert len(lines) == 4
    assert all(len(one) == 4 for one in both.figures)
    both.save(tmp_path / "a.png")
    assert matplotlib_image.imread(tmp_path / "a.png").shape == (855, 1620, 4)
