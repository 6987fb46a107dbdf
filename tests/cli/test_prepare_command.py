"""prepare: the folder that it writes, what it says, and what it refuses."""

import json

import pytest
from PIL import Image


def test_prepare_names_what_it_used_and_what_it_skipped(run, sounds, tmp_path):
    result = run(
        *("prepare", sounds, "--out", tmp_path / "data"), *("--sample-rate", 8000, "--seconds", 0.5)
    )
    assert result.exit_code == 0, result.output
    assert "text.wav" in result.output
    report = json.loads((tmp_path / "data" / "report.json").read_text())
    assert report["sample_rate"] == 8000
    assert [skipped["file"] for skipped in report["skipped"]] == ["low/text.wav"]
    assert {"low", "high"} == set().union(*report["splits"].values())


def test_a_preset_gives_rate_and_window(run, sounds, tmp_path):
    arguments = ("prepare", sounds / "low", "--out", tmp_path / "data", "--preset", "sinewave_vae")
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    report = json.loads((tmp_path / "data" / "report.json").read_text())
    assert (report["sample_rate"], report["samples"]) == (8000, 4096)


def test_pictures_make_pairs(run, refused, sounds, tmp_path):
    for name in ("low/0", "low/1", "high/0", "high/2", "other/9"):
        path = tmp_path / "pictures" / f"{name}.PNG"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 9), "red").save(path)
    arguments = ("prepare", sounds, "--pictures", tmp_path / "pictures", "--preset")
    result = run(*arguments, "digit_painter", "--out", tmp_path / "data")
    assert result.exit_code == 0, result.output
    assert "4 pictures, 28 x 28, grey" in result.output
    assert "skipped: other/9.PNG: no sound has its stem" in result.output
    report = json.loads((tmp_path / "data" / "report.json").read_text())
    assert (report["builder"], report["samples"]) == ("audio_image_pairs", 8192)
    table = tmp_path / "pairs.csv"
    table.write_text("sound,image\n")
    line = refused("prepare", sounds, "--pairs", table, "--out", tmp_path / "more")
    assert "columns audio and image" in line


def test_a_preset_and_a_rate_contradict(refused, sounds, tmp_path):
    arguments = ("--preset", "music_vae", "--sample-rate", 8000)
    assert "--preset" in refused("prepare", sounds, "--out", tmp_path / "data", *arguments)


@pytest.mark.parametrize("content", [None, "not audio"])
def test_a_folder_with_nothing_usable_is_one_line(refused, tmp_path, content):
    folder = tmp_path / "sounds"
    folder.mkdir()
    if content:
        (folder / "a.wav").write_text(content)
    refused("prepare", folder, "--out", tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_a_source_that_is_not_there_is_named(refused, tmp_path):
    assert "nowhere" in refused("prepare", tmp_path / "nowhere", "--out", tmp_path / "data")


def test_an_unknown_preset_is_refused_with_the_names(refused, sounds, tmp_path):
    line = refused("prepare", sounds, "--out", tmp_path / "data", "--preset", "loud_vae")
    assert "music_vae" in line


def test_what_a_terminal_obeys_is_shown_and_not_sent(run, sounds, tmp_path):
    source = tmp_path / "in"
    for number in range(3):
        path = source / "a\x1b[2Jb" / f"{number}\n.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes((sounds / "low" / "0.wav").read_bytes())
    (source / "bad\n\x1b[31m.wav").write_text("no sound")
    result = run("prepare", source, "--out", tmp_path / "data", "--seconds", 0.2)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output
    assert "skipped: bad\\n\\x1b[31m.wav: " in result.output
    assert "label: a [2Jb: " in result.output
