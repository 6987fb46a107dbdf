"""`tag` and `evaluate` of a tagger, trained by its preset on a folder of pictures."""

import json

import numpy as np
import pytest
from PIL import Image

import tfaudiogen
from tfaudiogen import presets
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
    "fit.average": 0.5,
    "fit.jit_compile": False,
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Dark and light pictures, a data set of them, and a run that has learned them."""
    folder, generator = tmp_path_factory.mktemp("tagger"), np.random.default_rng(0)
    for number in range(40):
        label = ("dark", "light")[number % 2]
        (folder / "in" / label).mkdir(parents=True, exist_ok=True)
        levels = generator.integers(0, 100, (10, 12, 3)) + 150 * (number % 2)
        Image.fromarray(levels.astype(np.uint8)).save(folder / "in" / label / f"{number}.png")
    preset = presets.get("mnist_tagger", **TINY)
    prepare(folder / "in", folder / "data", progress=False, **preset.data)
    tfaudiogen.train(preset, folder / "data", folder / "run", progress=False)
    return folder


def test_tag_a_folder(run, trained, tmp_path):
    (trained / "in" / "broken.png").write_text("no picture")
    result = run("tag", trained / "run", trained / "in", "--count", 1, "--out", tmp_path / "t.json")
    assert result.exit_code == 0, result.output
    assert "broken.png" in result.output
    pictures = json.loads((tmp_path / "t.json").read_text())["pictures"]
    assert len(pictures) == 40
    right = [name.split("/")[0] == next(iter(own)) for name, own in pictures.items()]
    assert np.mean(right) > 0.9
    assert "dark/0" in result.output
    assert "nats" not in result.output


def test_evaluate_writes_figures_and_a_confusion_picture(run, trained, tmp_path):
    out = tmp_path / "r.json"
    result = run(
        "evaluate", trained / "run", "--data", trained / "data", "--split", "train", "--out", out
    )
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text())
    assert report["top_1"]["mean"] > 0.9
    assert report["top_1"]["chance"] == 0.5
    assert np.sum(report["confusion"]["counts"]) == report["pictures"]
    assert "top_1" in result.output
    assert Image.open(tmp_path / "r.png").size[0] > 100
    assert "of labels" in (trained / "run" / "card.md").read_text()


def test_what_cannot_be_is_refused_in_one_line(refused, run, trained, model_folder, tmp_path):
    picture = next((trained / "in").rglob("0.png"))
    assert "holds a VAE, and tag is for" in refused("tag", model_folder, picture)
    assert "use `tfaudiogen tag`" in refused("sample", trained / "run", "--out", tmp_path / "o")
    (tmp_path / "empty").mkdir()
    assert "hold no pictures" in refused("tag", trained / "run", tmp_path / "empty")
    prepare(trained / "in" / "dark", tmp_path / "data", image_shape=(8, 8, 1), progress=False)
    line = refused("evaluate", trained / "run", "--data", tmp_path / "data")
    assert "those of the model dark, light" in line
    assert "tfaudiogen tag run covers" in run("tag", "--help").output
