"""Embeddings from elsewhere and pictures in one space: trained, evaluated and matched."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import tfaudiogen
from tfaudiogen import presets, saving
from tfaudiogen.cli import main
from tfaudiogen.data import prepare
from tfaudiogen.training import train

TINY = {
    "pictures.height": 8,
    "pictures.width": 8,
    "model.vectors": 3,
    "model.size": 4,
    "model.vector_width": 8,
    "model.picture_widths": [4],
    "model.picture_strides": [4],
    "fit.steps": 4,
    "fit.batch_size": 8,
    "fit.warmup_steps": 1,
    "fit.jit_compile": False,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder, generator = tmp_path_factory.mktemp("matched"), np.random.default_rng(0)
    for name in ("in", "vectors"):
        (folder / name).mkdir()
    for number in range(24):
        levels = generator.integers(0, 256, (8, 8, 3), np.uint8)
        Image.fromarray(levels).save(folder / "in" / f"{number}.png")
        np.save(folder / "vectors" / f"{number}.npy", generator.normal(size=3))
    options = {"embeddings": folder / "vectors", "image_shape": (8, 8, 3), "progress": False}
    prepare(folder / "in", folder / "data", **options)
    return folder


def run(*words):
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def test_embeddings_are_matched_with_pictures(folder, tmp_path):
    saving.save(presets.get("embedding_matcher", **TINY).build(["a"]), tmp_path)
    found = run("match", tmp_path, folder / "in" / "3.png", "--in", folder / "vectors")
    assert len([line for line in found.splitlines() if ".npy" in line]) == 10
    found = run(
        "match", tmp_path, folder / "vectors" / "3.npy", "--in", folder / "in", "--count", 2
    )
    assert len([line for line in found.splitlines() if ".png" in line]) == 2
    assert "3 numbers" in run("info", tmp_path)
    model = tfaudiogen.load(tmp_path)
    vector = np.load(folder / "vectors" / "3.npy")
    assert model.embed_vectors(vector).shape == (4,)
    with pytest.raises(ValueError, match=r"vector must have the shape \[3\]"):
        model.embed_vectors(np.zeros(4))


@pytest.mark.slow
def test_the_preset_trains_and_is_evaluated(folder, tmp_path):
    preset = presets.get("embedding_matcher", **TINY)
    train(preset, folder / "data", tmp_path / "run", progress=False)
    assert "3 numbers" in (tmp_path / "run" / "card.md").read_text()
    out = tmp_path / "report.json"
    command = ("evaluate", tmp_path / "run", "--data", folder / "data", "--split", "train")
    run(*command, "--out", out)
    report = json.loads(out.read_text())
    assert report["windows"] == report["pictures"] > 8


def test_data_of_another_size_are_refused(folder, tmp_path):
    preset = presets.get("embedding_matcher", **{**TINY, "model.vectors": 5})
    with pytest.raises(ValueError, match="--set model.vectors=3"):
        train(preset, folder / "data", tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()
