import numpy as np
import pytest
import soundfile

from tfaudiogen.data import NothingUsable, describe
from tfaudiogen.data.pipeline.storage import Records


@pytest.fixture
def digits(tmp_path):
    folder = tmp_path / "digits"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for digit in range(10):
        for speaker in ("george", "lucas"):
            for index in (0, 4, 5, 10, 40, 49):
                name = f"{digit}_{speaker}_{index}.wav"
                soundfile.write(folder / name, rng.normal(size=1500) * 0.1, 8000)
    return folder


def sources(folder, split):
    records = Records(folder, split)
    return [records.example(index) for index in range(len(records))]


def test_auto_knows_the_layout(digits, quick, tmp_path):
    assert quick(digits).builder == "spoken_digits"
    summary = describe(tmp_path / "data")
    assert summary.class_names == tuple("0123456789")
    assert summary.licence == "CC BY-SA 4.0"


def test_auto_is_not_misled_by_one_name(digits, quick):
    (digits / "7_up.wav").write_bytes((digits / "0_george_0.wav").read_bytes())
    assert quick(digits).builder == "audio_folder"


def test_test_is_index_zero_to_four(digits, quick, tmp_path):
    quick(digits)
    for split in ("train", "validation", "test"):
        for example in sources(tmp_path / "data", split):
            digit, speaker, index = example["source"].decode().removesuffix(".wav").split("_")
            assert (int(index) < 5) == (split == "test")
            assert example["label"] == int(digit)
            assert example["speaker"].decode() == speaker


def test_other_names_are_skipped(digits, quick):
    (digits / "readme.wav").write_bytes((digits / "0_george_0.wav").read_bytes())
    report = quick(digits, builder="spoken_digits")
    assert [skipped.file for skipped in report.skipped] == ["readme.wav"]
    assert "digit_speaker_index" in report.skipped[0].reason


def test_only_test_recordings_are_too_few(tmp_path, quick):
    (tmp_path / "in").mkdir()
    for index in range(3):
        soundfile.write(tmp_path / "in" / f"1_a_{index}.wav", np.ones(100) * 0.1, 8000)
    with pytest.raises(NothingUsable, match="train, validation and test"):
        quick(tmp_path / "in")
