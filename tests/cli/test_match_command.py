"""`match` and `evaluate` of an embedder: files of any length and size, ranked; what is refused."""

import json
import os
import shutil

import numpy as np
import pytest
import soundfile
from PIL import Image

import tfaudiogen
from tfaudiogen import presets, saving
from tfaudiogen.data import prepare
from tfaudiogen.io import audio_files, image_files


@pytest.fixture(scope="module")
def embedder(tmp_path_factory, tiny_embedder):
    """Return the folder of an untrained embedder."""
    folder = tmp_path_factory.mktemp("models") / "embedder"
    preset = presets.get("digit_embedder", **tiny_embedder)
    saving.save(preset.build(["zero", "one"]), folder)
    return folder


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """Sounds and pictures, of other rates and sizes than the model's, one of each broken."""
    folder = tmp_path_factory.mktemp("there")
    generator = np.random.default_rng(0)
    (folder / "more").mkdir()
    for name, samples in {"short.wav": 500, "more/long.flac": 20000, "other.wav": 3000}.items():
        soundfile.write(folder / name, 0.1 * generator.normal(size=(samples, 2)), 16000)
    for name, side in {"small.png": 5, "more/large.jpg": 70, "grey.png": 8}.items():
        levels = generator.integers(0, 256, (side, side + 3, 3), np.uint8)
        Image.fromarray(levels).save(folder / name)
    (folder / "broken.wav").write_text("no sound")
    (folder / "broken.png").write_text("no picture")
    return folder


def ranked(result):
    """Return [(cosine, name)] of a printed table."""
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.output.splitlines()]
    rows = [row for row in rows if row and row[0].isdigit()]
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
    return [(float(row[1]), row[2]) for row in rows]


def test_the_nearest_pictures_of_a_sound(run, embedder, there):
    result = run("match", embedder, there / "more" / "long.flac", "--in", there)
    model = tfaudiogen.load(embedder)
    sound = model.embed_sounds(audio_files.read_audio(there / "more" / "long.flac", 8000, "mix"))
    names = ["grey.png", "more/large.jpg", "small.png"]
    pictures = [image_files.read(there / name, (8, 8, 1)) for name in names]
    cosines = model.embed_pictures(np.stack(pictures)) @ sound
    found = ranked(result)
    assert [name for _, name in found] == [names[place] for place in np.argsort(-cosines)]
    np.testing.assert_allclose([one for one, _ in found], np.sort(cosines)[::-1], atol=1e-4)
    assert "Left out" in result.output
    assert "broken.png" in result.output


def test_the_nearest_of_the_same_kind_leave_out_the_file_itself(run, embedder, there):
    sounds = ranked(run("match", embedder, there / "short.wav", "--in", there, "--same"))
    assert {name for _, name in sounds} == {"more/long.flac", "other.wav"}
    pictures = run("match", embedder, there / "grey.png", "--in", there, "--same", "--count", 1)
    assert len(ranked(pictures)) == 1
    assert "grey.png" not in pictures.output


def test_sounds_of_a_picture(run, embedder, there):
    assert len(ranked(run("match", embedder, there / "grey.png", "--in", there))) == 3


def test_an_index_keeps_what_has_not_changed(run, refused, embedder, there, tmp_path):
    folder, index = tmp_path / "in", tmp_path / "index.npz"
    shutil.copytree(there, folder)
    command = ("match", embedder, there / "short.wav", "--in", folder, "--index", index)
    first = ranked(run(*command))
    for name in ("grey.png", "small.png"):
        state = (folder / name).stat()
        (folder / name).write_bytes(b"x" * state.st_size)
        if name == "grey.png":
            os.utime(folder / name, ns=(state.st_atime_ns, state.st_mtime_ns))
    again = run(*command)
    assert ranked(again) == [row for row in first if row[1] != "small.png"]
    assert "small.png" in again.output
    assert again.output.count("grey.png") == 1  # In the table, not among what is left out.
    index.write_text("no index")
    assert "is no index, or a damaged one" in refused(*command)


def test_what_cannot_be_is_refused_in_one_line(
    refused, embedder, model_folder, there, sounds, tmp_path
):
    sound, inside = there / "short.wav", ("--in", there)
    assert "holds a VAE, and match is for" in refused("match", model_folder, sound, *inside)
    assert "broken.wav" in refused("match", embedder, there / "broken.wav", *inside)
    assert "no pictures that can be read" in refused("match", embedder, sound, "--in", sounds)
    assert "use `tfaudiogen match`" in refused("sample", embedder, "--out", tmp_path / "out")
    out = ("--out", tmp_path / "out")
    assert "use `tfaudiogen match`" in refused("reconstruct", embedder, sound, *out)
    assert "seconds must be None for an embedder" in refused(
        "export", embedder, "--seconds", 1, *out
    )
    assert not (tmp_path / "out").exists()


def test_help_and_info(run, embedder):
    assert "tfaudiogen match run seven.wav --in pictures" in run("match", "--help").output
    facts = run("info", embedder).output
    assert "8000 Hz" in facts
    assert "8 x 8, grey" in facts


def test_evaluate_reports_both_directions(run, embedder, tmp_path, tiny_embedder):
    generator = np.random.default_rng(1)
    for number in range(12):
        folder = tmp_path / "pairs" / ("zero", "one")[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / f"{number}.wav", 0.1 * generator.normal(size=1024), 8000)
        levels = generator.integers(0, 256, (8, 8), np.uint8)
        Image.fromarray(levels).save(folder / f"{number}.png")
    preset = presets.get("digit_embedder", **tiny_embedder)
    prepare(
        tmp_path / "pairs", tmp_path / "data", "audio_image_pairs", progress=False, **preset.data
    )
    out = tmp_path / "report.json"
    command = ("evaluate", embedder, "--data", tmp_path / "data", "--split", "train", "--out", out)
    result = run(*command)
    assert result.exit_code == 0, result.output
    assert "sound_to_picture_by_label.recall_at_1" in result.output
    assert "(chance " in result.output
    report = json.loads(out.read_text())
    assert report["pictures"] == report["windows"] == report["files"]
    assert report["picture_to_sound"]["median_rank"]["median"] >= 1
