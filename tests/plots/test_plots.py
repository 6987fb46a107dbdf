"""What pictures of sounds show, and in which units."""

import numpy as np
import pytest
from matplotlib import image as matplotlib_image
from matplotlib.figure import Figure

from tfaudiogen.plots import compare_sounds, features, panels, plot_comparison, plot_sound
from tfaudiogen.plots.sound import PANELS

RATE = 16000
GEOMETRY = features.Geometry(RATE)


def sine(hertz, amplitude=1.0, seconds=1.0):
    time = np.arange(round(RATE * seconds)) / RATE
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


@pytest.fixture
def axes():
    return Figure().add_subplot()


def test_a_full_scale_sine_is_at_its_frequency_with_0_db():
    levels = features.log_spectrogram(sine(2000), GEOMETRY)
    middle = levels[len(levels) // 2]
    assert np.argmax(middle) * RATE / GEOMETRY.frame_length == pytest.approx(2000, abs=20)
    assert middle.max() == pytest.approx(0.0, abs=0.1)


def test_mel_bands_are_named_by_their_frequency():
    levels = features.mel_spectrogram(sine(2000), GEOMETRY)
    band = np.argmax(levels[len(levels) // 2])
    assert features.mel_centres(GEOMETRY)[band] == pytest.approx(2000, rel=0.05)


@pytest.mark.parametrize(("hertz", "pitch"), [(261.6, 0), (440.0, 9), (493.9, 11)])
def test_chroma_of_a_note_is_its_pitch_class(hertz, pitch):
    found = features.chroma(sine(hertz), GEOMETRY)
    assert np.argmax(found[len(found) // 2]) == pitch


@pytest.mark.parametrize("rate", [1000, 8000, 22050, 44100, 192000])
def test_every_rate_has_panels_without_empty_bands(rate):
    geometry = features.Geometry(rate)
    noise = np.random.default_rng(0).uniform(-1, 1, 4000).astype(np.float32)
    for panel in PANELS.values():
        panel(Figure().add_subplot(), noise, geometry)
    assert features.mel_spectrogram(noise, geometry).max(axis=0).min() > -70


def test_time_is_in_seconds_and_frequency_in_hertz(axes):
    picture, _ = panels.log_spectrogram(axes, sine(2000, seconds=2.0), GEOMETRY)
    left, right, low, high = picture.get_extent()
    step = GEOMETRY.hop / RATE
    assert left == pytest.approx(-step / 2)
    assert right == pytest.approx(2.0, abs=step)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["0", "2000", "4000", "6000", "8000"]
    # The label 2000 stands at the row of the sine.
    values = np.asarray(picture.get_array())
    assert axes.get_yticks()[1] == pytest.approx(np.argmax(values[:, values.shape[1] // 2]), abs=1)


def test_a_click_is_drawn_when_it_sounds(axes):
    samples = np.zeros(RATE, np.float32)
    samples[RATE // 4] = 1.0
    panels.waveform(axes, samples, GEOMETRY)
    (band,) = axes.collections
    heights = band.get_paths()[0].vertices
    assert heights[np.argmax(heights[:, 1]), 0] == pytest.approx(0.25, abs=0.002)


def test_a_picture_has_the_panels_asked_for(tmp_path):
    plot_sound(tmp_path / "a.png", sine(440), RATE, shown=("log", "chroma"))
    plot_sound(tmp_path / "b.png", sine(440), RATE)
    small, large = (matplotlib_image.imread(tmp_path / name) for name in ("a.png", "b.png"))
    assert small.shape[1] == large.shape[1]
    assert small.shape[0] < large.shape[0] / 2
    with pytest.raises(ValueError, match="shown must be names of waveform, log.*'cents'"):
        plot_sound(tmp_path / "c.png", sine(440), RATE, shown=("cents",))


def test_the_same_sound_is_at_distance_zero_and_a_louder_one_is_not(tmp_path):
    quiet, loud = sine(440, 0.2), sine(440, 0.4)
    assert compare_sounds(quiet, quiet)["log_spectral_distance"] == 0
    found = plot_comparison(tmp_path / "a.png", quiet, loud, RATE)
    assert found["spectral_convergence"] == pytest.approx(0.0, abs=0.1)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_the_difference_is_that_of_the_second_from_the_first(axes):
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, RATE).astype(np.float32)
    picture, _ = panels.difference(axes, noise, 2 * noise, GEOMETRY)
    assert np.median(np.asarray(picture.get_array())) == pytest.approx(6.02, abs=0.1)


def test_colours_end_above_the_loudest():
    assert features.Geometry.of(RATE, sine(440, 0.02), sine(440, 0.01)).levels == (-110.0, -30.0)


def test_silence_has_no_chroma():
    found = features.chroma(np.concatenate([sine(440), 1e-5 * sine(700)]), GEOMETRY)
    assert found[-20:-5].max() == 0 < found[5:20].min(axis=0).max()


def test_silence_can_be_drawn(tmp_path):
    silence = np.zeros(RATE, np.float32)
    plot_sound(tmp_path / "a.png", silence, RATE)
    found = plot_comparison(tmp_path / "b.png", silence, sine(440), RATE)
    assert np.isnan(found["spectral_convergence"])


def test_one_sample_can_be_drawn(tmp_path):
    plot_sound(tmp_path / "a.png", np.ones(1, np.float32), RATE)
