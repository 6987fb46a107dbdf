import librosa
import numpy as np
import pytest
import soundfile
import soxr

from tfaudiogen.data.reading import audio, decoding
from tfaudiogen.data.reading.audio import FULL_SCALE, read_to_file
from tfaudiogen.disk.errors import Unusable


def read(path, target, sample_rate=8000, **options):
    result = read_to_file(path, target, sample_rate, **options)
    return np.fromfile(target, "<i2"), result


def test_sixteen_bit_samples_come_through_unchanged(tmp_path):
    samples = np.random.default_rng(0).integers(-FULL_SCALE, FULL_SCALE, 5000).astype(np.int16)
    soundfile.write(tmp_path / "a.wav", samples, 8000)
    np.testing.assert_array_equal(read(tmp_path / "a.wav", tmp_path / "out")[0], samples)


@pytest.mark.parametrize("sample_rate", [8000, 11025, 22050, 44100, 48000, 96000, 192000])
def test_resampling_agrees_with_librosa(tmp_path, write_tone, sample_rate):
    path = write_tone(tmp_path / "a.wav", 1.0, sample_rate, subtype="FLOAT")
    samples, result = read(path, tmp_path / "out", 22050)
    expected, _ = librosa.load(path, sr=22050)
    assert result.sample_rate == sample_rate
    assert abs(len(samples) - len(expected)) <= 1
    middle = slice(1000, -1000)
    difference = samples[: len(expected)] / FULL_SCALE - expected[: len(samples)]
    assert np.max(np.abs(difference[middle])) < 1e-3


def test_blocks_make_no_difference(tmp_path, write_tone, monkeypatch):
    path = write_tone(tmp_path / "a.wav", 3.0, 44100)
    whole, _ = read(path, tmp_path / "whole")
    monkeypatch.setattr(decoding, "_BLOCK_VALUES", 10000)
    monkeypatch.setattr(audio, "_BLOCK_VALUES", 10000)
    monkeypatch.setattr(audio, "_RESAMPLED_VALUES", 3000)
    np.testing.assert_array_equal(read(path, tmp_path / "blocks")[0], whole)


@pytest.mark.parametrize(("channel", "expected"), [("mix", 0.3), ("left", 0.5), ("right", 0.1)])
def test_channel(tmp_path, channel, expected):
    soundfile.write(tmp_path / "a.wav", np.tile([0.5, 0.1], (100, 1)), 8000, subtype="FLOAT")
    samples, result = read(tmp_path / "a.wav", tmp_path / "out", channel=channel)
    assert result.channels == 2
    np.testing.assert_allclose(samples / FULL_SCALE, expected, atol=1e-4)


def test_over_full_scale_is_turned_down_as_a_whole(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.array([0.5, 2.0, -1.0]), 8000, subtype="FLOAT")
    samples, result = read(tmp_path / "a.wav", tmp_path / "out")
    assert result.gain == pytest.approx(0.5)
    np.testing.assert_allclose(samples / FULL_SCALE, [0.25, 1.0, -0.5], atol=1e-4)


@pytest.mark.parametrize("sample_rate", [1, 999, 20_000_000])
def test_rates_that_no_sound_has(tmp_path, sample_rate):
    soundfile.write(tmp_path / "a.wav", np.ones(1000) * 0.5, sample_rate)
    with pytest.raises(Unusable, match=f"its header says {sample_rate} Hz, and .* are read"):
        read(tmp_path / "a.wav", tmp_path / "out")


def test_a_step_of_resampling_is_bounded(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "a.wav", np.ones(100_000) * 0.5, 1000)
    steps = []
    stream = soxr.ResampleStream

    class Counting:
        def __init__(self, *arguments, **options):
            self.stream = stream(*arguments, **options)

        def resample_chunk(self, *arguments, **options):
            steps.append(self.stream.resample_chunk(*arguments, **options))
            return steps[-1]

    monkeypatch.setattr(soxr, "ResampleStream", Counting)
    monkeypatch.setattr(audio, "_RESAMPLED_VALUES", 2**16)
    samples, _ = read(tmp_path / "a.wav", tmp_path / "out", 192000)
    assert len(samples) == 192 * 100_000
    assert max(map(len, steps)) < 2**18


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("sample_rate", [8000, 11025])
def test_floats_near_the_largest_are_no_sound(tmp_path, channels, sample_rate):
    sound = np.full((1000, channels), 3e38, np.float32)
    soundfile.write(tmp_path / "a.wav", sound, sample_rate, subtype="FLOAT")
    with pytest.raises(Unusable, match=r"samples of 3e\+38, and full scale is 1"):
        read(tmp_path / "a.wav", tmp_path / "out")


def test_floats_of_the_size_of_integers_are_turned_down(tmp_path):
    sound = np.array([0.5, 1.0, -1.0], np.float32) * 2.0**31
    soundfile.write(tmp_path / "a.wav", sound, 8000, subtype="FLOAT")
    samples, result = read(tmp_path / "a.wav", tmp_path / "out")
    assert result.gain == pytest.approx(2.0**-31)
    np.testing.assert_allclose(samples / FULL_SCALE, [0.5, 1.0, -1.0], atol=1e-4)
