"""Collections of pairs: names, files, pairs.csv, duplicates, limits, and later runs."""

import csv
import hashlib
import io
import json

import numpy as np
import pytest
import soundfile
from collect_server import picture, sound
from PIL import Image

from tfaudiogen.collect.collection import Item, collect
from tfaudiogen.collect.duplicates import Hashes, picture_hash
from tfaudiogen.collect.names import unique_stems
from tfaudiogen.collect.processing import Processing
from tfaudiogen.disk import InUse, locked

pytest.importorskip("httpx", reason="collecting needs httpx")


@pytest.fixture
def run(server, limits, tmp_path):
    """Return a function that collects items into the folder `songs`."""

    def collected(items, processing=None, **options):
        return collect(items, tmp_path / "songs", processing, limits(), **options)

    return collected


@pytest.fixture
def items(server):
    """Return three items of a sound and a picture on the server."""
    return [
        Item(
            f"song {number}",
            audio=server.put(f"/{number}.mp3", sound(300 + number), "audio/wav"),
            image=server.put(f"/{number}.jpg", picture(number), "image/png"),
            licence="CC BY 4.0",
        )
        for number in range(3)
    ]


def rows_of(folder):
    with open(folder / "pairs.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def reasons(report):
    return {skipped.file.split(" (")[0]: skipped.reason for skipped in report.skipped}


def test_files_get_equal_stems_and_a_row_each(run, items, tmp_path):
    report = run(items)
    assert (report.rows, report.complete, report.audio, report.images) == (3, 3, 3, 3)
    assert report.skipped == []
    folder = tmp_path / "songs"
    for row, item in zip(rows_of(folder), items, strict=True):
        content = (folder / row["audio"]).read_bytes()
        assert row["audio"] == f"audio/{item.name}.wav"
        assert row["image"] == f"images/{item.name}.png"
        assert (row["audio_source"], row["licence"]) == (item.audio, "CC BY 4.0")
        assert row["audio_sha256"] == hashlib.sha256(content).hexdigest()
        assert int(row["audio_bytes"]) == len(content)
    assert json.loads((folder / "report.json").read_text())["complete"] == 3
    assert not [path for path in folder.rglob("*") if ".part" in path.name]


def test_a_second_run_asks_for_nothing(run, items, server, tmp_path):
    run(items)
    before = rows_of(tmp_path / "songs")
    server.asked.clear()
    report = run(items)
    assert (report.complete, report.fetched) == (3, 0)
    assert not server.asked
    assert rows_of(tmp_path / "songs") == before


def test_a_second_run_fetches_what_failed_or_is_gone_and_new_rows(run, items, server, tmp_path):
    server.answer("/1.mp3", lambda handler: handler.send_error(404))
    report = run(items[:2])
    assert report.complete == 1
    assert "404" in reasons(report)["audio/song 1"]
    server.put("/1.mp3", sound(301), "audio/wav")
    (tmp_path / "songs/images/song 0.png").unlink()
    report = run(items)
    assert (report.complete, report.fetched) == (3, 4)


def test_a_journal_that_a_kill_has_cut_is_read(run, items, tmp_path):
    run(items)
    path = tmp_path / "songs/collected.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    report = run(items)
    assert (report.complete, report.fetched) == (3, 1)
    assert run(items).fetched == 0


def test_each_failure_has_its_reason_and_a_sound_without_picture_is_not_asked_for(
    run, items, server
):
    server.put("/0.jpg", b"<html>none</html>", "text/html")
    server.put("/1.jpg", b"<html>none</html>", "image/png")
    server.put("/2.mp3", b"not a sound", "audio/mpeg")
    report = run([*items, Item("none", audio="", image="")])
    found = reasons(report)
    assert "text/html, which is no picture" in found["images/song 0"]
    assert "cannot be used: not a png" in found["images/song 1"]
    assert "not audio" in found["audio/song 2"]
    assert found["images/none"] == "there is no address"
    assert report.complete == 0
    assert not server.asked["/0.mp3"]
    assert "skipped: images/song 0" in str(report)


def test_pictures_that_look_alike_are_thrown_out_once_and_for_all(run, server, items, tmp_path):
    server.put("/1.jpg", picture(0, (120, 100), "JPEG"), "image/jpeg")
    report = run(items)
    assert reasons(report) == {"images/song 1": "looks like images/song 0"}
    assert report.complete == 2
    assert not (tmp_path / "songs/images/song 1.jpg").exists()
    server.asked.clear()
    assert reasons(run(items)) == {"images/song 1": "looks like images/song 0"}
    assert not server.asked


def test_duplicates_can_be_kept(run, server, items):
    server.put("/1.jpg", picture(0), "image/png")
    assert run(items, keep_duplicates=True).complete == 3


def test_sounds_are_cut_and_resampled_and_pictures_brought_to_one_size(run, items, tmp_path):
    run(items, Processing(seconds=0.25, sample_rate=4000, size=(12, 16)))
    for row in rows_of(tmp_path / "songs"):
        samples, rate = soundfile.read(tmp_path / "songs" / row["audio"])
        assert (samples.shape, rate) == ((1000,), 4000)
        assert 0.2 < np.abs(samples).max() < 0.4
        with Image.open(tmp_path / "songs" / row["image"]) as image:
            assert (image.size, image.mode, image.format) == ((16, 12), "RGB", "PNG")


def test_without_a_rate_sounds_keep_theirs(run, items, tmp_path):
    run(items[:1], Processing(seconds=0.25))
    assert soundfile.info(tmp_path / "songs/audio/song 0.wav").frames == 2000


def test_other_settings_are_refused_and_so_are_other_files(run, items, tmp_path):
    run(items)
    with pytest.raises(ValueError, match="collected with other settings"):
        run(items, Processing(seconds=1))
    (tmp_path / "songs/collected.jsonl").unlink()
    with pytest.raises(ValueError, match="is not empty"):
        run(items)


def test_two_collections_into_one_folder_are_refused(run, items, tmp_path):
    with locked(tmp_path / "songs", "collect"), pytest.raises(InUse):
        run(items)


def test_an_error_of_the_disk_ends_the_run(run, items, server, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Processing, "put", full)
    with pytest.raises(OSError, match="No space left"):
        run(items)


def test_progress_counts_files_and_bytes(run, items):
    seen = []
    run(items, show=lambda state: seen.append((state.done, state.wanted, state.bytes)))
    assert seen[0][1] == 6
    assert seen[-1][0] <= 6
    assert seen[-1][2] > 0


def test_names_are_safe_and_unique():
    names = ["AC/DC: Live?", "ac_dc_ live_", "", "con.mp3", "..", "a\nb", "é" * 200, "x", "X"]
    stems = unique_stems(names)
    assert stems[:6] == ["AC_DC_ Live_", "ac_dc_ live__2", "000003", "_con.mp3", "000005", "a b"]
    assert len(stems[6].encode()) <= 120
    assert stems[7:] == ["x", "X_2"]
    assert unique_stems(["a", "a_2", "a", "A"]) == ["a", "a_2", "a_3", "A_4"]


def test_pictures_alike_are_those_of_one_motif(tmp_path):
    def hashed(content, name):
        path = tmp_path / name
        path.write_bytes(content)
        return picture_hash(path)

    def plain(level):
        file = io.BytesIO()
        Image.new("RGB", (30, 30), (level, level, level)).save(file, "PNG")
        return file.getvalue()

    hashes = Hashes()
    for seed in range(70):
        assert hashes.add(str(seed), hashed(picture(seed), "a")) is None
    assert hashes.add("again", hashed(picture(7, (180, 150), "JPEG"), "b")) == "7"
    assert hashes.add("black", hashed(plain(0), "c")) is None
    assert hashes.add("white", hashed(plain(255), "d")) is None
    assert hashes.add("blackish", hashed(plain(3), "e")) == "black"
