import io

import librosa
import numpy as np
import pytest
import soundfile

from tfaudiogen.data import reading
from tfaudiogen.data.reading import FULL_SCALE, announces_length, read_to_file


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
    monkeypatch.setattr(reading, "_BLOCK_VALUES", 10000)
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


def mp3(sound, path, tag=True, before=b""):
    buffer = io.BytesIO()
    soundfile.write(buffer, sound, 44100, format="MP3")
    data = buffer.getvalue()
    if not tag:
        data = data.replace(b"Xing", b"none", 1).replace(b"Info", b"none", 1)
    path.write_bytes(before + data)
    return path


def test_only_a_header_that_says_the_length_is_believed(tmp_path, write_tone):
    sound = np.random.default_rng(0).normal(size=44100) * 0.1
    id3 = b"ID3\x04\x00\x00" + bytes([0, 0, 2, 44]) + bytes(300)
    assert announces_length(mp3(sound, tmp_path / "a.mp3"), "MP3")
    assert announces_length(mp3(sound, tmp_path / "b.mp3", before=id3), "MP3")
    assert not announces_length(mp3(sound, tmp_path / "c.mp3", tag=False), "MP3")
    assert announces_length(write_tone(tmp_path / "d.wav"), "WAV")
