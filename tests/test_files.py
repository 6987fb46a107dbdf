"""WAV files that are never clipped, pictures that are reproducible, reading at any rate."""

import json
import os
import stat
import types
import warnings

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import image as matplotlib_image

from tfaudiogen.io import audio_files
from tfaudiogen.plots import figures


@pytest.fixture
def geometry():
    """What a picture needs to know of a Spectrogram."""
    return types.SimpleNamespace(
        sample_rate=8000,
        hop=64,
        scale="linear",
        decibels=(-80.0, 0.0),
        frequencies=np.arange(32) * 125.0,
    )


@pytest.mark.parametrize(
    ("bit_depth", "subtype", "step"),
    [("16", "PCM_16", 2.0**-15), ("24", "PCM_24", 2.0**-23), ("32f", "FLOAT", 2.0**-24)],
)
def test_another_reader_gets_the_waveform_back(tmp_path, bit_depth, subtype, step):
    waveform = np.random.default_rng(0).uniform(-0.9, 0.9, 1001)
    gain = audio_files.write_wav(tmp_path / "a.wav", waveform, 22050, bit_depth)
    read, sample_rate = soundfile.read(tmp_path / "a.wav")
    information = soundfile.info(tmp_path / "a.wav")
    assert (gain, sample_rate, information.subtype) == (1.0, 22050, subtype)
    assert read.shape == (1001,)
    assert np.max(np.abs(read - waveform)) <= step / 2


@pytest.mark.parametrize("bit_depth", ["16", "24", "32f"])
def test_loud_sound_is_turned_down_with_a_notice(tmp_path, bit_depth):
    waveform = 4.0 * np.sin(np.arange(500) / 7)
    with pytest.warns(UserWarning, match=r"loud\.wav: turned down by 12\.\d dB"):
        gain = audio_files.write_wav(tmp_path / "loud.wav", waveform, 8000, bit_depth)
    read, _ = soundfile.read(tmp_path / "loud.wav")
    assert 0.998 < np.max(np.abs(read)) < 1.0
    np.testing.assert_allclose(read, waveform * gain, atol=2.0**-15)


@given(peak=st.floats(0.0, 8.0), bit_depth=st.sampled_from(["16", "24", "32f"]))
def test_no_level_is_clipped(tmp_path_factory, peak, bit_depth):
    path = tmp_path_factory.mktemp("levels") / "a.wav"
    with warnings.catch_warnings(action="ignore"):
        gain = audio_files.write_wav(path, peak * np.array([1.0, -1.0, 0.5]), 8000, bit_depth)
    read, _ = soundfile.read(path)
    np.testing.assert_allclose(read, gain * peak * np.array([1.0, -1.0, 0.5]), atol=2.0**-15)
    assert np.max(np.abs(read)) < 1.0


@pytest.mark.parametrize("bit_depth", ["16", "24", "32f"])
def test_an_odd_number_of_bytes_is_padded(tmp_path, bit_depth):
    audio_files.write_wav(tmp_path / "a.wav", np.zeros(3), 8000, bit_depth)
    assert (tmp_path / "a.wav").stat().st_size % 2 == 0
    assert soundfile.info(tmp_path / "a.wav").frames == 3


@pytest.mark.parametrize(
    ("waveform", "bit_depth", "message"),
    [
        (np.zeros((2, 3)), "16", r"\[2, 3\]"),
        (np.array([0.0, np.nan]), "16", "diverged"),
        (np.zeros(3), "8", "16, 24, 32f"),
    ],
)
def test_what_cannot_be_written_is_refused_and_leaves_nothing(
    tmp_path, waveform, bit_depth, message
):
    with pytest.raises(ValueError, match=message):
        audio_files.write_wav(tmp_path / "a.wav", waveform, 8000, bit_depth)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_write_keeps_the_old_file(tmp_path):
    (tmp_path / "a.txt").write_text("old")

    def interrupted():
        with audio_files.atomic_file(tmp_path / "a.txt") as temporary:
            temporary.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


@pytest.mark.parametrize("letter", ["x", "é", "🎵"])
def test_the_longest_names_can_be_written(tmp_path, letter):
    stem = letter * (251 // len(letter.encode()))
    audio_files.write_text(tmp_path / f"{stem}.txt", "a")
    assert (tmp_path / f"{stem}.txt").read_text() == "a"


@pytest.mark.parametrize("letter", ["x", "é", "🎵"])
def test_output_names_fit_and_stay_different(tmp_path, letter):
    names = [f"sub/{letter * 60}{'y' * number}{letter * 60}"[:259] for number in (0, 1, 2, 3)]
    paths = [audio_files.output_path(tmp_path, name, "_11.png") for name in [*names, letter * 255]]
    assert len(set(paths)) == len(paths)
    for path in paths:
        audio_files.write_text(path, "a")
        assert path.name.endswith("_11.png")
        assert path.name.startswith(letter * 50)


def test_output_names_that_fit_are_left_as_they_are(tmp_path):
    assert audio_files.output_path(tmp_path, "a/v1.5", ".png") == tmp_path / "a" / "v1.5.png"
    bad = os.fsdecode(b"\xff" * 255)
    assert len(os.fsencode(audio_files.output_path(tmp_path, bad, ".png").name)) <= 255


def test_names_that_are_no_text_can_be_recorded(tmp_path):
    name = os.fsdecode(b"a\xff.wav")
    audio_files.write_text(tmp_path / "a.json", json.dumps({"files": [name]}, ensure_ascii=False))
    assert json.loads((tmp_path / "a.json").read_text())["files"] == [name]


def test_written_files_have_the_usual_rights(tmp_path):
    before = os.umask(0o022)
    try:
        audio_files.write_text(tmp_path / "folder" / "a.txt", "é")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "folder" / "a.txt").stat().st_mode) == 0o644


@pytest.mark.parametrize("scale", ["linear", "mel"])
def test_pictures_are_reproducible_and_show_the_image(tmp_path, geometry, scale):
    geometry.scale = scale
    image = np.zeros((48, 32, 1), np.float32)
    image[:, :16] = 1.0
    for name in ("a.png", "b.png"):
        figures.save_spectrogram_picture(tmp_path / name, image, geometry)
    figures.save_spectrogram_picture(tmp_path / "c.png", 0 * image, geometry)
    content = (tmp_path / "a.png").read_bytes()
    assert content == (tmp_path / "b.png").read_bytes()
    assert b"tEXt" not in content
    assert b"tIME" not in content
    picture = matplotlib_image.imread(tmp_path / "a.png")[..., :3]
    silent = matplotlib_image.imread(tmp_path / "c.png")[..., :3]
    height, width = picture.shape[:2]
    column = picture[:, width // 2].sum(-1)
    # Low frequencies are loud and lie at the bottom.
    assert column[int(height * 0.7)] > column[int(height * 0.2)] + 1.0
    assert silent[int(height * 0.7), width // 2].sum() < 0.1


def test_reading_mixes_resamples_and_keeps_the_length(tmp_path):
    time = np.arange(44100) / 44100
    tone = 0.5 * np.sin(2 * np.pi * 440 * time)
    soundfile.write(tmp_path / "é.flac", np.stack([tone, 0 * tone], axis=1), 44100)
    mixed = audio_files.read_audio(tmp_path / "é.flac", 8000)
    left = audio_files.read_audio(tmp_path / "é.flac", 8000, channel="left")
    assert mixed.dtype == np.float32
    assert abs(len(mixed) - 8000) <= 1
    expected = 0.5 * np.sin(2 * np.pi * 440 * np.arange(len(left)) / 8000)
    np.testing.assert_allclose(left[200:-200], expected[200:-200], atol=2e-3)
    np.testing.assert_allclose(mixed, left / 2, atol=2**-15)


def test_reading_says_what_is_wrong(tmp_path):
    (tmp_path / "text.wav").write_text("not audio")
    with pytest.raises(ValueError, match=r"text\.wav: not audio"):
        audio_files.read_audio(tmp_path / "text.wav", 8000)
    with pytest.raises(FileNotFoundError, match="give the path"):
        audio_files.read_audio(tmp_path / "none.wav", 8000)
    with pytest.raises(ValueError, match="is a folder"):
        audio_files.read_audio(tmp_path, 8000)
    with pytest.raises(ValueError, match="channel must be one of"):
        audio_files.read_audio(tmp_path / "text.wav", 8000, channel="middle")
