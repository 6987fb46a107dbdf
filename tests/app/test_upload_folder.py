"""The folder of uploads: what may be read by its name, how much there may be, how long it stays."""

import os
import time

import numpy as np
import pytest
import soundfile

from tfaudiogen.app import uploads
from tfaudiogen.app.limits import Limits
from tfaudiogen.app.refusals import Busy, Refused
from tfaudiogen.app.upload_folder import UploadFolder

MEGABYTE = 1_000_000


@pytest.fixture
def folder(tmp_path):
    return UploadFolder(tmp_path / "uploads", MEGABYTE)


@pytest.fixture
def outside(tmp_path):
    path = tmp_path / "secret.wav"
    soundfile.write(path, np.full(100, 0.1), 8000)
    return path


def odd_files(folder, outside):
    """Return what must not be read, {words: name}, of which some is in the folder of uploads."""
    inside = folder.new("a.wav").parent
    link, loop, pipe = (inside / name for name in ("link.wav", "loop.wav", "pipe.wav"))
    link.symlink_to(outside)
    loop.symlink_to(loop)
    os.mkfifo(pipe)
    (inside.parent / "linked").symlink_to(outside.parent)
    return {
        "another file": str(outside),
        "a file that is not there": str(outside) + "x",
        "a way out": f"{inside}/../../{outside.name}",
        "a link": str(link),
        "a way through a link": str(inside.parent / "linked" / outside.name),
        "a loop": str(loop),
        "a named pipe": str(pipe),
        "a folder": str(inside),
        "the folder itself": str(folder.folder),
        "an upload that is not there": str(inside / "b.wav"),
        "a relative name": os.path.relpath(outside),
        "an address": "http://127.0.0.1:1/a.wav",
        "the address of a file": f"file://{outside}",
        "a null byte": f"{inside}/a\0.wav",
        "nothing": "",
        "no text": 7,
        "no name": None,
    }


def test_an_upload_is_found_by_its_name(folder):
    path = folder.new("a.wav")
    path.write_bytes(b"content")
    assert folder.path_of(str(path)) == path
    assert folder.path_of(path) == path


def test_nothing_else_is_found_and_the_words_are_always_the_same(folder, outside):
    said = {}
    for words, name in odd_files(folder, outside).items():
        with pytest.raises(Refused) as caught:
            folder.path_of(name)
        said[words] = str(caught.value)
    assert len(said) == 17
    assert len(set(said.values())) == 1


def test_nothing_outside_is_looked_at(folder, outside, monkeypatch):
    def looked(*arguments, **options):
        raise AssertionError("looked at")

    for name in ("stat", "lstat", "readlink"):
        monkeypatch.setattr(os, name, looked)
    with pytest.raises(Refused):
        folder.path_of(str(outside))


@pytest.mark.parametrize("words", ["another file", "a link", "a way out", "a named pipe"])
def test_what_is_opened_is_an_upload_whoever_asks(folder, outside, words):
    from types import SimpleNamespace

    from tfaudiogen import Spectrogram

    studio = SimpleNamespace(uploads=folder, limits=Limits())
    spectrogram = Spectrogram(8000, 64, 32, frames=32, bins=32)
    with pytest.raises(Refused, match="not among the uploads"):
        uploads.read_upload(studio, odd_files(folder, outside)[words], spectrogram)
    path = folder.new("a.wav")
    path.write_bytes(outside.read_bytes())
    assert len(uploads.read_upload(studio, str(path), spectrogram)) == 100


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("a sound (1).wav", "a sound 1.wav"),
        ("../../etc/passwd", "passwd"),
        ("/", "upload"),
        (".hidden", "hidden"),
        ("été\n<b>.png", "étéb.png"),
        ("x" * 300 + ".wav", "x" * 96 + ".wav"),
    ],
)
def test_the_name_of_an_upload_is_plain(folder, sent, name):
    path = folder.new(sent)
    assert path.name == name
    assert path.parent.parent == folder.folder
    assert folder.new(sent).parent != path.parent


def test_what_arrives_is_counted_until_it_is_there(folder):
    with folder.arriving() as first, folder.arriving() as second:
        first(700_000)
        with pytest.raises(Busy, match="too much is being uploaded"):
            second(700_000)
        second(200_000)
    with folder.arriving() as third:
        third(MEGABYTE)


def test_what_lies_there_is_counted_and_empty_files_too(folder):
    folder.new("a").write_bytes(bytes(600_000))
    folder.measure()
    with folder.arriving() as add, pytest.raises(Busy):
        add(500_000)
    for _ in range(8):
        folder.new("b").touch()
    folder.measure()
    with folder.arriving() as add, pytest.raises(Busy):
        add(1)


def test_uploads_are_removed_after_an_hour(folder):
    old, new = (folder.new("a.wav") for _ in range(2))
    for path in (old, new):
        path.write_bytes(bytes(600_000))
    os.utime(old, (1, 1))
    os.utime(old.parent, (1, 1))
    (folder.folder / "half").write_bytes(b"written")
    os.utime(folder.folder / "half", (1, time.time() - 4000))
    folder.tidy()
    assert [path.name for path in folder.folder.iterdir()] == [new.parent.name]
    with folder.arriving() as add:
        add(200_000)
