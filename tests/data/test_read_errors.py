"""What the bytes of a file do not decide is not final: it is tried again, and named if it stays."""

import errno
import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from tfaudiogen import cli
from tfaudiogen.data.builders import conversion, image_folder
from tfaudiogen.data.builders.journal import Sounds
from tfaudiogen.data.sources.files import find_files
from tfaudiogen.disk import tries
from tfaudiogen.disk.errors import ReadError, Unreadable


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr(tries, "PAUSES", (0.0, 0.0))


@pytest.fixture
def refusing(monkeypatch):
    """Return a function that makes the system refuse files, by name, for so many times each."""
    real, left = os.open, {}

    def opened(path, *arguments, **options):
        name = Path(os.fsdecode(path)).name
        if left.get(name, 0) > 0:
            left[name] -= 1
            raise OSError(errno.EIO, "Input/output error", str(path))
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", opened)
    return left.update


def outcomes(folder):
    """Return the last outcome of each file in the journals below a folder."""
    journals = [path.parent for path in folder.rglob("*.jsonl")]
    return [entry.outcome for path in set(journals) for entry in Sounds(path).entries().values()]


def test_an_error_that_passes_leaves_nothing_out(tones, quick, refusing):
    refusing({"1.wav": 1, "2.wav": 2})
    report = quick(tones)
    assert not report.skipped
    assert sum(report.total(split).files for split in report.splits) == 10


def test_an_error_that_stays_is_named_and_the_next_run_goes_on(
    tones, quick, refusing, tmp_path, monkeypatch
):
    refusing({"1.wav": 3, "2.wav": 3})
    with pytest.raises(ReadError, match=r"2 could not be read: high/2\.wav \(cannot be r.*1\.wav"):
        quick(tones)
    assert not (tmp_path / "data").exists()
    decided = [one for one in outcomes(tmp_path / "data.partial") if "reason" not in one]
    assert len(decided) == 8
    real, reads = conversion.read_into, []
    monkeypatch.setattr(conversion, "read_into", lambda *a: reads.append(a[0].name) or real(*a))
    report = quick(tones)
    assert sorted(reads) == ["1.wav", "2.wav"]
    assert not report.skipped
    assert sum(report.total(split).files for split in report.splits) == 10


def test_what_bytes_decide_is_not_read_again(tones, quick, refusing, monkeypatch):
    (tones / "text.wav").write_text("this is no sound\n" * 50)
    refusing({"1.wav": 9})
    real, reads = conversion.read_into, []
    monkeypatch.setattr(conversion, "read_into", lambda *a: reads.append(a[0].name) or real(*a))
    with pytest.raises(ReadError):
        quick(tones)
    assert reads.count("text.wav") == 1
    assert reads.count("1.wav") == 3
    refusing({"1.wav": 0})
    assert [one.file for one in quick(tones).skipped] == ["text.wav"]
    assert reads.count("text.wav") == 1


def test_a_folder_that_is_away_for_a_moment(tones, quick, monkeypatch):
    """All files after the third are away until the first round is over."""
    real, away, reads = conversion.read_into, tones.with_name("away"), []

    def read(*arguments):
        reads.append(arguments[0])
        if len(reads) == 3:
            tones.rename(away)
        return real(*arguments)

    def back(pause):
        if away.exists():
            away.rename(tones)

    monkeypatch.setattr(conversion, "read_into", read)
    monkeypatch.setattr("tfaudiogen.data.builders.read_once.time.sleep", back)
    report = quick(tones)
    assert not report.skipped
    assert sum(report.total(split).files for split in report.splits) == 10


def test_a_source_that_is_not_there_removes_nothing(tones, quick, refusing, tmp_path):
    refusing({"1.wav": 3})
    options = {"builder": "audio_folder"}
    with pytest.raises(ReadError):
        quick(tones, **options)
    tones.rename(tones.with_name("away"))
    with pytest.raises(ValueError, match="does not exist"):
        quick(tones, **options)
    assert len(outcomes(tmp_path / "data.partial")) == 10


def test_memory_that_is_short_is_the_matter_of_one_file(tones, quick, monkeypatch, tmp_path):
    real, failed = conversion.read_into, []

    def read(path, *arguments):
        if path.name == "1.wav":
            failed.append(path)
            raise MemoryError
        return real(path, *arguments)

    monkeypatch.setattr(conversion, "read_into", read)
    report = quick(tones)
    assert [(one.file, one.reason) for one in report.skipped] == [
        ("low/1.wav", "takes more memory than there is")
    ]
    assert len(failed) == 3


def test_the_command_ends_with_an_error_and_the_names(tones, refusing, tmp_path):
    refusing({"1.wav": 3})
    arguments = ["prepare", str(tones), "--out", str(tmp_path / "data")]
    size = ["--sample-rate", "8000", "--seconds", "0.256"]
    ran = CliRunner().invoke(cli.main, [*arguments, *size])
    assert ran.exit_code != 0
    text = f"{ran.output} {ran.exception}"
    assert "1 could not be read: low/1.wav (cannot be read: Input/output error)" in text
    assert "data.partial" in text
    assert "give the same command again" in text


def test_pictures(pictures, quick, refusing, monkeypatch):
    options = {"builder": "picture_folder", "sample_rate": 22050, "image_shape": (8, 8, 3)}
    source = pictures(8)
    refusing({"1.png": 3})
    with pytest.raises(ReadError, match=r"bright/1\.png"):
        quick(source, **options)
    real, reads = image_folder.read_picture, []
    monkeypatch.setattr(
        image_folder, "read_picture", lambda *a: reads.append(a[0].name) or real(*a)
    )
    assert not quick(source, **options).skipped
    assert reads == ["1.png"]


def test_embeddings_and_pictures_beside_sounds(tones, pictures, quick, refusing, tmp_path):
    (tmp_path / "vectors").mkdir()
    for number in range(10):
        np.save(tmp_path / "vectors" / f"{number}.npy", np.ones(3, np.float32))
    shutil.copy(pictures(1) / "dark" / "0.png", tones / "low" / "1.png")
    refusing({"1.npy": 2, "1.png": 2})
    report = quick(tones, "data", embeddings=tmp_path / "vectors")
    assert not report.skipped
    assert "1 file with a picture" in report.notices
    for name in ("1.npy", "1.png"):
        refusing({"1.npy": 0, "1.png": 0, name: 9})
        with pytest.raises(ReadError, match=name):
            quick(tones, "other", embeddings=tmp_path / "vectors")


def test_a_folder_that_cannot_be_listed(tones, monkeypatch):
    real, left = os.scandir, [1]

    def listed(path):
        if Path(path).name == "low" and left[0]:
            left[0] -= 1
            raise OSError(errno.ESTALE, "Stale file handle", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", listed)
    assert len(find_files([tones]).audio) == 10
    left[0] = 9
    with pytest.raises(ReadError, match=r"folder .*low: Stale file handle"):
        find_files([tones])


def test_a_decided_outcome_goes_before_one_that_is_not(tmp_path):
    for name, outcome in (("a", {"samples": 1}), ("b", {"reason": "away", "undecided": True})):
        (tmp_path / f"{name}.int16").touch()
        line = {"key": "k", "offset": 0, "end": 0, "outcome": outcome}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(line) + "\n")
    assert Sounds(tmp_path).entries()["k"].outcome == {"samples": 1}


def test_patience_ends(monkeypatch):
    calls = []

    def read():
        calls.append(1)
        raise Unreadable("away")

    with pytest.raises(ReadError, match=r"1 could not be read: name \(away\)"):
        tries.patiently("name", read)
    assert len(calls) == 3


@pytest.fixture
def withheld(monkeypatch):
    """Return a set of names of files that the system does not give to this user."""
    real, names = os.open, set()

    def opened(path, *arguments, **options):
        if Path(os.fsdecode(path)).name in names:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", opened)
    return names


def test_what_is_withheld_is_named_and_the_rest_is_written(tones, quick, withheld, tmp_path):
    withheld |= {"1.wav"}
    (tones / "low" / "gone.wav").symlink_to(tmp_path / "nothing")
    (tones / "low" / "loop.wav").symlink_to("loop.wav")
    (tones / "low" / "gone.txt").symlink_to(tmp_path / "nothing")
    report = quick(tones)
    assert {one.file: one.reason for one in report.skipped} == {
        "low/1.wav": "no permission to read it",
        "low/gone.wav": "a link to something that is not there",
        "low/loop.wav": "a link to something that is not there",
    }
    assert sum(report.total(split).files for split in report.splits) == 9


def test_what_is_withheld_is_tried_again_by_a_run_that_goes_on(tones, quick, withheld, refusing):
    withheld |= {"1.wav"}
    refusing({"2.wav": 3})
    with pytest.raises(ReadError, match=r"1 could not be read: high/2\.wav"):
        quick(tones)
    withheld.clear()
    assert not quick(tones).skipped


def test_withheld_pictures_and_embeddings(tones, pictures, quick, withheld, tmp_path):
    (tmp_path / "vectors").mkdir()
    for number in range(10):
        np.save(tmp_path / "vectors" / f"{number}.npy", np.ones(3, np.float32))
    shutil.copy(pictures(1) / "dark" / "0.png", tones / "low" / "1.png")
    withheld |= {"1.png", "3.npy"}
    skipped = {one.file for one in quick(tones, embeddings=tmp_path / "vectors").skipped}
    assert skipped == {"low/1.png", "3.npy", "low/3.wav"}


def test_folders_of_the_system_are_not_looked_at(tones, monkeypatch):
    for name in ("lost+found", "System Volume Information", ".hidden"):
        (tones / "low" / name).mkdir()
    real = os.scandir

    def listed(path):
        if Path(path).parent.name == "low":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", listed)
    assert len(find_files([tones]).audio) == 10


def test_the_command_ends_well_and_names_what_was_withheld(tones, withheld, tmp_path):
    withheld |= {"1.wav"}
    arguments = ["prepare", str(tones), "--out", str(tmp_path / "data")]
    size = ["--sample-rate", "8000", "--seconds", "0.256"]
    ran = CliRunner().invoke(cli.main, [*arguments, *size])
    assert ran.exit_code == 0, ran.output
    assert "low/1.wav" in ran.output
    assert "no permission to read it" in ran.output
