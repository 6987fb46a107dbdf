"""Each kind of bad file is named with its reason, and the rest of the folder is used."""

import errno
import io
import os
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tfaudiogen.data import NothingUsable, describe
from tfaudiogen.data.report import Report

NOISE = np.random.default_rng(0).normal(size=44100) * 0.1


def empty(path):
    path.write_bytes(b"")


def text(path):
    path.write_text("this is no sound\n" * 50)


def header_only(path):
    soundfile.write(path, np.zeros(0), 8000)


def not_a_number(path):
    sound = NOISE.copy()
    sound[30000] = np.nan
    soundfile.write(path, sound, 8000, subtype="FLOAT")


def infinite(path):
    soundfile.write(path, np.full(100, np.inf), 8000, subtype="FLOAT")


def silence(path):
    soundfile.write(path, np.zeros(8000), 8000)


def cancelling(path):
    soundfile.write(path, np.stack([NOISE, -NOISE], axis=1), 8000, subtype="FLOAT")


def hopeless_mp3(path):
    buffer = io.BytesIO()
    soundfile.write(buffer, NOISE, 44100, format="MP3")
    path.write_bytes(buffer.getvalue()[:50])


def truncated_flac(path):
    buffer = io.BytesIO()
    soundfile.write(buffer, NOISE, 44100, format="FLAC")
    path.write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])


BAD = {
    "empty.wav": (empty, "empty"),
    "text.wav": (text, "not audio"),
    "header.wav": (header_only, "no samples"),
    "nan.wav": (not_a_number, "NaN"),
    "infinite.wav": (infinite, "infinite"),
    "silence.wav": (silence, "silent"),
    "cancelling.wav": (cancelling, "channel 'left'"),
    "hopeless.mp3": (hopeless_mp3, "not audio|no samples|damaged"),
    "truncated.flac": (truncated_flac, "damaged"),
    "song.m4a": (text, "ffmpeg -i"),
    "song.aac": (text, "ffmpeg -i"),
    "alone.png": (text, "a picture without sound"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_and_the_others_are_used(name, tones, quick, tmp_path):
    make, reason = BAD[name]
    make(tones / name)
    report = quick(tones)
    assert [skipped.file for skipped in report.skipped] == [name]
    assert re.search(reason, report.skipped[0].reason)
    assert f"skipped: {name}: {report.skipped[0].reason}" in str(report)
    assert Report.load(tmp_path / "data").skipped == report.skipped
    assert sum(report.total(split).files for split in report.splits) == 10


def test_all_at_once(tones, quick):
    for name, (make, _) in BAD.items():
        make(tones / name)
    assert {skipped.file for skipped in quick(tones).skipped} == set(BAD)


def test_a_truncated_mp3_is_used_as_far_as_it_goes(tones, quick, tmp_path):
    buffer = io.BytesIO()
    soundfile.write(buffer, np.tile(NOISE, 3), 44100, format="MP3")
    (tones / "cut.mp3").write_bytes(buffer.getvalue()[: len(buffer.getvalue()) // 2])
    report = quick(tones)
    assert not report.skipped
    assert any("cut.mp3" in notice and "announced length" in notice for notice in report.notices)
    summary = describe(tmp_path / "data")
    ends = [
        origin.start
        for split in summary.examples
        for origin in summary.files(split)
        if origin.file == "cut.mp3"
    ]
    assert 1.0 < max(ends) < 2.0


def test_ten_milliseconds_are_padded(tones, write_tone, quick):
    write_tone(tones / "click.wav", 0.01)
    report = quick(tones)
    assert not report.skipped
    assert any("click.wav" in notice and "padded" in notice for notice in report.notices)


@pytest.mark.parametrize("sample_rate", [8000, 11025, 44100, 96000, 192000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_rates_and_channels(sample_rate, channels, tmp_path, write_tone, quick):
    for number in range(3):
        write_tone(tmp_path / "in" / f"{number}.wav", 0.25, sample_rate, channels=channels)
    report = quick(tmp_path / "in", sample_rate=16000, samples=4096)
    assert not report.skipped
    assert sum(report.total(split).minutes for split in report.splits) == pytest.approx(
        3 * 0.25 / 60, rel=0.01
    )
    assert any("mixed down" in notice for notice in report.notices) == (channels > 1)
    assert any("half their rate" in notice for notice in report.notices) == (sample_rate < 16000)


def test_names_in_other_alphabets(tmp_path, write_tone, quick):
    names = ["Größe/日本語.wav", "Größe/été.wav", "Größe/с пробелом.wav", "Größe/🎵.wav"]
    for name in names:
        write_tone(tmp_path / "in" / name)
    quick(tmp_path / "in")
    summary = describe(tmp_path / "data")
    stored = {origin.file for split in summary.examples for origin in summary.files(split)}
    assert stored == set(names)
    assert summary.class_names == ("Größe",)


def test_a_name_that_is_not_unicode(tones, quick):
    data = (tones / "low" / "1.wav").read_bytes()
    try:
        Path(os.fsdecode(os.fsencode(tones) + b"/\xff\xfe.wav")).write_bytes(data)
    except OSError:
        pytest.skip("this file system refuses such names")
    report = quick(tones)
    assert not report.skipped
    assert sum(report.total(split).files for split in report.splits) == 11


@pytest.mark.parametrize("make", [empty, text, silence])
def test_nothing_usable(make, tmp_path, quick):
    (tmp_path / "in").mkdir()
    make(tmp_path / "in" / "bad.wav")
    with pytest.raises(NothingUsable, match=r"1 file skipped.*bad\.wav") as caught:
        quick(tmp_path / "in")
    assert "\n" not in str(caught.value)
    assert [skipped.file for skipped in caught.value.skipped] == ["bad.wav"]
    assert not (tmp_path / "data").exists()


def test_a_folder_without_audio(tmp_path, quick):
    (tmp_path / "in").mkdir()
    text(tmp_path / "in" / "notes.txt")
    with pytest.raises(NothingUsable, match="no file of audio"):
        quick(tmp_path / "in")


def test_too_few_usable_files(tmp_path, quick, write_tone):
    write_tone(tmp_path / "in" / "a.wav")
    write_tone(tmp_path / "in" / "b.wav")
    text(tmp_path / "in" / "c.wav")
    with pytest.raises(NothingUsable, match="split_by_time"):
        quick(tmp_path / "in")


def test_a_full_disk_is_not_blamed_on_the_files(tones, quick, monkeypatch):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tfaudiogen.data.reading.audio._quantise", full)
    with pytest.raises(OSError, match="No space left"):
        quick(tones)
