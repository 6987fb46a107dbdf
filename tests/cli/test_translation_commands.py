"""`paint` and `compose`: from files and folders to files, and what is refused."""

import json
import re

import numpy as np
import pytest
import soundfile
from PIL import Image

from tfaudiogen import presets, saving
from tfaudiogen.cli import main

SOUND = {"frames": 32, "hop": 32, "frame_length": 64, "bins": 32}
PICTURE = {"height": 8, "width": 8, "channels": 1}
PRIORS = {"width": 8, "depth": 1, "heads": 2, "widths": [4, 4], "strides": [4, 2]}
CODES = {
    "model.widths": [[4]],
    "model.strides": [[4]],
    "model.codebook_sizes": [5],
    "model.codebook_dim": 3,
}


def saved(folder, name, source, target, labels=("zero", "one")):
    """Return the folder of an untrained translator of a preset."""
    preset = presets.get(name)
    kinds = [kind for kind in ("spectrogram", "pictures") if preset.as_dict()[kind]]
    changes = {f"{kinds[0]}.{key}": value for key, value in target.items()} | CODES
    other = "pictures" if kinds[0] == "spectrogram" else "spectrogram"
    changes[f"translator.{other}"] = {**preset.translator[other], **source}
    changes |= {f"translator.{key}": value for key, value in PRIORS.items()}
    model = presets.get(name, **changes).translation().build(list(labels))
    saving.save(model, folder)
    return folder


@pytest.fixture(scope="module")
def painter(tmp_path_factory):
    return saved(tmp_path_factory.mktemp("models"), "digit_painter", SOUND, PICTURE)


@pytest.fixture(scope="module")
def flow(tmp_path_factory):
    """A flow of latents, and an adapter beside it."""
    folder = saved(tmp_path_factory.mktemp("models"), "digit_painter_flow", SOUND, PICTURE)
    model = saving.load(folder)
    model.enable_lora(1)
    for weight in model.trainable_weights:
        weight.assign(weight + 0.3)
    model.save_adapter(folder / "adapter.npz")
    return folder


@pytest.fixture(scope="module")
def composer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    return saved(folder, "digit_speaker", PICTURE, SOUND, ("0 jackson", "0 theo", "1 theo"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Sounds and pictures, of other rates and sizes than the model's, one of each broken."""
    folder = tmp_path_factory.mktemp("files")
    generator = np.random.default_rng(0)
    for name, samples in {"one.wav": 500, "more/two.flac": 9000}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        soundfile.write(folder / name, 0.1 * generator.normal(size=(samples, 2)), 16000)
    Image.new("RGB", (30, 20), "red").save(folder / "one.png")
    Image.new("L", (3, 5), 77).save(folder / "more" / "two.jpg")
    (folder / "broken.wav").write_text("no sound")
    (folder / "broken.png").write_text("no picture")
    return folder


def test_paint_a_folder_and_one_of_its_files_the_same(run, painter, files, tmp_path):
    for out, arguments in (("all", files), ("one", files / "one.wav")):
        options = ("--count", 3, "--seed", 2, "--guidance", 2, "--out", tmp_path / out)
        result = run("paint", painter, arguments, *options)
        assert result.exit_code == 0, result.output
        assert ("broken.wav" in result.output) == (out == "all")
    record = json.loads((tmp_path / "all" / "paint.json").read_text())
    assert record["files"] == [f"{name}_{n}.png" for name in ("more/two", "one") for n in range(3)]
    assert record["guidance"] == 2
    for name in record["files"]:
        assert np.asarray(Image.open(tmp_path / "all" / name)).shape == (8, 8)
    for name in ("one.png", *record["files"][3:]):
        one, other = (tmp_path / out / name for out in ("all", "one"))
        assert one.read_bytes() == other.read_bytes()
    assert Image.open(tmp_path / "all" / "one.png").size == (900, 450)


def test_paint_refuses_names_that_would_meet(refused, painter, files, tmp_path):
    for name in ("a.wav", "a_0.wav"):
        (tmp_path / name).write_bytes((files / "one.wav").read_bytes())
    arguments = (tmp_path / "a.wav", tmp_path / "a_0.wav", "--out", tmp_path / "out")
    assert "two pictures would be called a_0.png" in refused("paint", painter, *arguments)
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_paint_takes_the_longest_names(run, painter, files, tmp_path):
    for stem in ("ö" * 125 + "x", "ö" * 125 + "y", "$x_1$"):
        (tmp_path / f"{stem}.wav").write_bytes((files / "one.wav").read_bytes())
    result = run("paint", painter, tmp_path, "--count", 1, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    record = json.loads((tmp_path / "out" / "paint.json").read_text())
    assert len({*record["files"]}) == 3
    assert all((tmp_path / "out" / name).is_file() for name in record["files"])


def option(name):
    return f"--{name.replace('_', '-')}"


@pytest.mark.parametrize("words", [("--rescale", "0.5"), ("--rescale=0.5",)], ids=" ".join)
def test_the_old_name_of_an_option_is_noticed_and_works(files, capsys, words):
    paint = main.get_command(None, "paint")
    context = paint.make_context("paint", ["model", str(files / "one.wav"), *words])
    assert context.params["guidance_rescale"] == 0.5
    notice = "Notice: --rescale is now called --guidance-rescale; the old name still works.\n"
    assert capsys.readouterr().err == notice
    assert "--rescale" not in paint.get_help(context)


@pytest.mark.slow
def test_paint_by_a_flow(run, refused, flow, painter, files, tmp_path):
    options = {"steps": 2, "solver": "euler", "guidance": 2.0, "guidance_rescale": 0.5}
    words = [word for name, value in options.items() for word in (option(name), value)]
    pictures = []
    for out, more in (("base", ()), ("adapted", ("--adapter", flow / "adapter.npz"))):
        arguments = (files / "one.wav", "--count", 2, *words, *more, "--out", tmp_path / out)
        result = run("paint", flow, *arguments)
        assert result.exit_code == 0, result.output
        record = json.loads((tmp_path / out / "paint.json").read_text())
        assert {name: record[name] for name in options} == options
        assert ("adapter" in record) == bool(more)
        pictures.append([np.asarray(Image.open(tmp_path / out / name)) for name in record["files"]])
    assert np.shape(pictures[0]) == (2, 8, 8)
    sound, out = files / "one.wav", ("--out", tmp_path / "out")
    assert "--steps': does not apply to this model" in refused(
        "paint", painter, sound, "--steps", 3, *out
    )
    assert "--top-p': does not apply to this model" in refused(
        "paint", flow, sound, "--top-p", 0.9, *out
    )
    adapter = ("--adapter", flow / "adapter.npz")
    assert "--adapter': does not apply" in refused("paint", painter, sound, *adapter, *out)
    broken = ("--adapter", files / "broken.wav")
    assert "damaged or no adapter" in refused("paint", flow, sound, *broken, *out)


def test_compose_a_folder(run, composer, files, tmp_path):
    result = run("compose", composer, files, "--seconds", 0.4, "--count", 2, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "broken.png" in result.output
    record = json.loads((tmp_path / "compose.json").read_text())
    assert record["files"] == [f"{name}_{n}.wav" for name in ("more/two", "one") for n in (0, 1)]
    for name in record["files"]:
        sound, rate = soundfile.read(tmp_path / name)
        assert (len(sound), rate) == (3200, 8000)
        assert (tmp_path / name).with_suffix(".png").is_file()


@pytest.mark.slow
def test_a_label_is_chosen_of_those_there_are(run, refused, composer, painter, files, tmp_path):
    picture, out = files / "one.png", tmp_path / "one"
    result = run("compose", composer, picture, "--label", "theo", "--out", out)
    assert result.exit_code == 0, result.output
    assert json.loads((out / "compose.json").read_text())["label"] == "theo"
    sound = files / "one.wav"
    line = refused("compose", composer, picture, "--label", "george", "--out", tmp_path / "two")
    assert "label must be one of jackson, theo" in line
    assert "'george'" in line
    line = refused("paint", painter, sound, "--label", "theo", "--out", tmp_path / "two")
    assert "'--label': does not apply to this model, which has no labels" in line
    assert not (tmp_path / "two").exists()
    assert re.search(r"^labels +jackson, theo$", run("info", composer).output, re.MULTILINE)
    assert not re.search("^labels ", run("info", painter).output, re.MULTILINE)


def test_info_shows_source_and_target(run, painter):
    result = run("info", painter)
    assert result.exit_code == 0, result.output
    assert "8 x 8, grey" in result.output
    assert "source sound" in result.output


def test_what_cannot_be_is_refused_in_one_line(
    refused, painter, composer, model_folder, files, tmp_path
):
    sound, picture, out = files / "one.wav", files / "one.png", ("--out", tmp_path / "out")
    assert "use `tfaudiogen compose`" in refused("paint", composer, sound, *out)
    assert "use `tfaudiogen paint`" in refused("compose", painter, picture, *out)
    assert "holds a VAE" in refused("paint", model_folder, sound, *out)
    assert "broken.wav" in refused("paint", painter, files / "broken.wav", *out)
    assert "broken.png" in refused("compose", composer, files / "broken.png", *out)
    (tmp_path / "empty").mkdir()
    assert "hold no audio" in refused("paint", painter, tmp_path / "empty", *out)
    assert "same name" in refused("paint", painter, sound, files, *out)
    assert "use `tfaudiogen paint`" in refused("sample", painter, *out)
    assert "use `tfaudiogen paint`" in refused("reconstruct", painter, picture, *out)
    assert "use `tfaudiogen compose`" in refused("interpolate", composer, sound, sound, *out)
    assert not (tmp_path / "out").exists()
