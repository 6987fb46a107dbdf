"""`tag` and `evaluate` of a tagger on a folder of pictures, and what its preset learns."""

import json

import numpy as np
import pytest
from PIL import Image

import tfaudiogen
from tfaudiogen import presets, saving
from tfaudiogen.data import prepare

TINY = {
    "pictures.height": 8,
    "pictures.width": 8,
    "model.patch": 4,
    "model.width": 8,
    "model.depth": 1,
    "model.heads": 2,
    "fit.steps": 60,
    "fit.batch_size": 16,
    "fit.warmup_steps": 2,
    "fit.learning_rate": 1e-2,
    "fit.ema_momentum": 0.5,
    "fit.jit_compile": False,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Dark and light pictures, a data set of them, and an untrained tagger."""
    folder, generator = tmp_path_factory.mktemp("tagger"), np.random.default_rng(0)
    for number in range(40):
        label = ("dark", "light")[number % 2]
        (folder / "in" / label).mkdir(parents=True, exist_ok=True)
        levels = generator.integers(0, 100, (10, 12, 3)) + 150 * (number % 2)
        Image.fromarray(levels.astype(np.uint8)).save(folder / "in" / label / f"{number}.png")
    (folder / "in" / "broken.png").write_text("no picture")
    preset = presets.get("mnist_tagger", **TINY)
    prepare(folder / "in", folder / "data", progress=False, **preset.data)
    model = preset.build(["dark", "light"])
    model.head.bias.assign([0.0, 1.0])
    saving.save(model, folder / "model")
    return folder


def test_tag_a_folder(run, folder, tmp_path):
    out = tmp_path / "t.json"
    result = run("tag", folder / "model", folder / "in", "--count", 1, "--out", out)
    assert result.exit_code == 0, result.output
    assert "broken.png" in result.output
    pictures = json.loads(out.read_text())["pictures"]
    assert len(pictures) == 40
    share = 1 / (1 + np.exp(-1))
    for own in pictures.values():
        assert own == pytest.approx({"light": share}, abs=1e-5)
    assert "dark/0" in result.output
    assert f"light {share:.3f}" in result.output


def test_evaluate_writes_figures_and_a_confusion_picture(run, folder, tmp_path):
    out = tmp_path / "r.json"
    command = ("evaluate", folder / "model", "--data", folder / "data", "--split", "train")
    result = run(*command, "--out", out)
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text())
    assert report["top_1"]["chance"] == 0.5
    low, high = report["top_1"]["interval"]
    assert low <= report["top_1"]["mean"] <= high
    counts = np.array(report["confusion"]["counts"])
    assert counts.sum() == report["pictures"]
    assert counts[0, 0] + counts[1, 0] == 0
    assert report["top_1"]["mean"] == counts[1, 1] / counts.sum()
    assert "top_1" in result.output
    assert Image.open(tmp_path / "r.png").size[0] > 100


@pytest.mark.slow
def test_the_preset_learns_dark_and_light(folder, tmp_path):
    preset = presets.get("mnist_tagger", **TINY)
    model = tfaudiogen.train(preset, folder / "data", tmp_path / "run", progress=False)
    report = tfaudiogen.evaluate(model, folder / "data", "train", progress=False)
    assert report["top_1"]["mean"] > 0.9
    assert "of labels" in (tmp_path / "run" / "card.md").read_text()


def test_what_cannot_be_is_refused_in_one_line(refused, run, folder, model_folder, tmp_path):
    picture = folder / "in" / "dark" / "0.png"
    assert "holds a VAE, and tag is for" in refused("tag", model_folder, picture)
    assert "use `tfaudiogen tag`" in refused("sample", folder / "model", "--out", tmp_path / "o")
    (tmp_path / "empty").mkdir()
    assert "hold no pictures" in refused("tag", folder / "model", tmp_path / "empty")
    prepare(folder / "in" / "dark", tmp_path / "data", image_shape=(8, 8, 1), progress=False)
    line = refused("evaluate", folder / "model", "--data", tmp_path / "data")
    assert "those of the model dark, light" in line
    assert "tfaudiogen tag run covers" in run("tag", "--help").output
