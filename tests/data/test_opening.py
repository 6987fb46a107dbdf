"""Named pipes, sockets, devices and folders are named and refused, at once, by every reader."""

import os
import socket

import numpy as np
import pytest

from tfaudiogen.app.refusals import Refused
from tfaudiogen.app.uploads import kind_of
from tfaudiogen.data import describe
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.data.sources.embeddings import read_embedding
from tfaudiogen.disk import opening
from tfaudiogen.disk.errors import Unreadable, Unusable
from tfaudiogen.disk.opening import open_regular
from tfaudiogen.io import audio_files, image_files
from tfaudiogen.io.vector_files import read_vector


def pipe(path):
    os.mkfifo(path)


def unix_socket(path):
    folder = os.getcwd()
    os.chdir(path.parent)  # the name of a socket must be short
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(path.name)
    finally:
        os.chdir(folder)


def device(path):
    path.symlink_to("/dev/zero")


def folder(path):
    path.mkdir()


KINDS = {
    "a named pipe": pipe,
    "a socket": unix_socket,
    "a device": device,
    "a folder": folder,
}
every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
def test_only_regular_files_are_opened(kind, tmp_path):
    KINDS[kind](tmp_path / "it")
    with pytest.raises(Unusable, match=f"is {kind}, not a regular file"):
        open_regular(tmp_path / "it")


@every_kind
def test_what_takes_the_place_of_a_file_before_it_is_opened(kind, tmp_path, monkeypatch):
    KINDS[kind](tmp_path / "it")
    regular = os.stat(__file__)
    monkeypatch.setattr(opening.os, "stat", lambda path: regular)
    # A socket cannot be opened at all.
    with pytest.raises(Unreadable if kind == "a socket" else Unusable):
        open_regular(tmp_path / "it")


def test_links_to_files_are_followed(tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    with open_regular(tmp_path / "link") as file:
        assert file.read() == b"content"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(Unreadable, match="cannot be read: No such file or directory"):
        open_regular(tmp_path / "none.wav")


READERS = {
    "sound": lambda path: audio_files.read_audio(path, 8000),
    "rate": audio_files.sample_rate_of,
    "picture": lambda path: image_files.read(path, (8, 8, 3)),
    "vector": lambda path: read_vector(path, 4),
    "embedding": read_embedding,
}


@every_kind
@pytest.mark.parametrize("reader", READERS)
def test_every_reader_refuses_at_once(reader, kind, tmp_path):
    KINDS[kind](tmp_path / "it.wav")
    with pytest.raises(ValueError, match=f"is {kind}"):
        READERS[reader](tmp_path / "it.wav")


@every_kind
def test_an_upload_that_is_none(kind, tmp_path):
    KINDS[kind](tmp_path / "upload")
    with pytest.raises(Refused, match=f"is {kind}"):
        kind_of(tmp_path / "upload", "sounds")


def test_prepare_names_them_and_uses_the_rest(tones, quick, write_tone):
    specials = {"pipe.wav": pipe, "socket.flac": unix_socket, "zero.ogg": device}
    for name, make in specials.items():
        make(tones / name)
    write_tone(tones / "folder.wav" / "in.wav")
    report = quick(tones)
    assert {one.file: one.reason for one in report.skipped} == {
        "pipe.wav": "is a named pipe, not a regular file",
        "socket.flac": "is a socket, not a regular file",
        "zero.ogg": "is a device, not a regular file",
    }
    assert sum(report.total(split).files for split in report.splits) == 11


def test_prepare_of_pictures_and_embeddings(pictures, tmp_path, quick):
    source = pictures(8)
    pipe(source / "pipe.png")
    for path in sorted(source.rglob("*.png")):
        vector = tmp_path / "vectors" / path.relative_to(source).with_suffix(".npy")
        vector.parent.mkdir(parents=True, exist_ok=True)
        np.save(vector, np.ones(3, np.float32))
    (tmp_path / "vectors" / "bright" / "1.npy").unlink()
    pipe(tmp_path / "vectors" / "bright" / "1.npy")
    report = quick(
        source,
        builder="picture_folder",
        sample_rate=22050,
        image_shape=(8, 8, 3),
        embeddings=tmp_path / "vectors",
    )
    reasons = {one.file: one.reason for one in report.skipped}
    assert reasons["pipe.png"] == "is a named pipe, not a regular file"
    assert reasons["bright/1.npy"] == "is a named pipe, not a regular file"


def test_a_picture_beside_a_sound(tones, quick):
    pipe(tones / "low" / "1.png")
    (skipped,) = quick(tones).skipped
    assert "is a named pipe" in skipped.reason


def test_a_shard(tones, quick, tmp_path):
    quick(tones)
    (shard,) = (tmp_path / "data").glob("*train*")
    shard.unlink()
    pipe(shard)
    with pytest.raises(ValueError, match="is a named pipe, not a regular file"):
        describe(tmp_path / "data")
    with pytest.raises(ValueError, match="is a named pipe, not a regular file"):
        Records(tmp_path / "data", "train")
