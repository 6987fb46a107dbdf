import os
import unicodedata

import pytest

from tfaudiogen.data.sources.files import SINGLE_LABEL, find_files
from tfaudiogen.disk import tries
from tfaudiogen.disk.errors import ReadError


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def test_label_is_the_first_sub_folder(tmp_path):
    make(tmp_path, "drum/a.wav", "drum/deep/b.FLAC", "c.ogg")
    labels = {file.name: file.label for file in find_files([tmp_path]).audio}
    assert labels == {"drum/a.wav": "drum", "drum/deep/b.FLAC": "drum", "c.ogg": SINGLE_LABEL}


def test_with_several_sources_the_label_is_the_source(tmp_path):
    make(tmp_path, "one/x/a.wav", "two/a.wav")
    found = find_files([tmp_path / "two", tmp_path / "one"])
    labels = [(file.name, file.label) for file in found.audio]
    assert labels == [("one/x/a.wav", "one"), ("two/a.wav", "two")]


def test_kinds_are_distinguished(tmp_path):
    make(tmp_path, "a.wav", "a.png", "notes.txt", ".hidden.wav", ".git/b.wav", "c.m4a")
    found = find_files([tmp_path])
    assert [file.name for file in found.audio] == ["a.wav", "c.m4a"]
    assert [file.name for file in found.pictures] == ["a.png"]
    assert found.ignored == [".hidden.wav", "notes.txt"]


def test_a_single_file_is_a_source(tmp_path):
    make(tmp_path, "song.wav")
    assert [file.name for file in find_files([tmp_path / "song.wav"]).audio] == ["song.wav"]


def test_accents_have_one_form(tmp_path):
    make(tmp_path, unicodedata.normalize("NFD", "été.wav"))
    assert find_files([tmp_path]).audio[0].name == unicodedata.normalize("NFC", "été.wav")


def test_names_that_differ_in_their_form_alone_are_two(tmp_path):
    forms = {unicodedata.normalize(form, "été.wav") for form in ("NFC", "NFD")}
    make(tmp_path, *forms)
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system knows one form")
    assert {file.name for file in find_files([tmp_path]).audio} == forms


def test_names_that_are_no_text_stay_apart(tmp_path):
    try:
        make(tmp_path, *(os.fsdecode(name) for name in (b"\xff.wav", b"\xfe.wav")))
    except OSError:
        pytest.skip("this file system refuses such names")
    assert [file.name for file in find_files([tmp_path]).audio] == ["\\xfe.wav", "\\xff.wav"]


def test_labels_are_one_line_without_needless_white_space(tmp_path):
    names = ["x", "x ", "\tx", "a\nb", "a  b", "\u3000", unicodedata.normalize("NFD", "é")]
    make(tmp_path, *(f"{name}/{number}.wav" for number, name in enumerate(names)))
    labels = sorted({file.label for file in find_files([tmp_path]).audio})
    assert labels == ["a b", SINGLE_LABEL, "x", "é"]


def test_a_loop_of_links_ends(tmp_path):
    make(tmp_path, "a/a.wav")
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    assert len(find_files([tmp_path]).audio) == 1


def test_missing_source(tmp_path):
    with pytest.raises(ValueError, match="does not exist"):
        find_files([tmp_path / "nowhere"])


def test_sources_of_one_name_are_refused(tmp_path):
    make(tmp_path, "one/x/a.wav", "two/x/a.wav")
    with pytest.raises(ValueError, match="different folder names"):
        find_files([tmp_path / "one" / "x", tmp_path / "two" / "x"])


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(tries, "PAUSES", ())
    make(tmp_path, "open/a.wav", "shut/b.wav")
    real = os.scandir

    def scandir(path):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(ReadError, match="shut: Permission denied"):
        find_files([tmp_path])
