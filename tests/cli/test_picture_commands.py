"""The commands on pictures: from a folder of them to samples, figures and refusals."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from tfaudiogen import presets, saving

SMALL = {"pictures.height": 12, "pictures.width": 16, "model.widths": [4, 4]}
TINY = {**SMALL, "model.strides": [2, 2], "model.latent_size": 3, "model.hidden": 4}
TINY |= {"model.components": 2, "model.channels": 2}


@pytest.fixture(scope="module")
def painter(tmp_path_factory):
    """Return the folder of an untrained VAE of pictures of 12 x 16, in colour."""
    folder = tmp_path_factory.mktemp("models") / "painter"
    saving.save(presets.get("cifar_vae", **TINY).build(["a", "b"]), folder)
    return folder


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """Return a folder of 12 pictures under two labels, a broken one and a text."""
    folder = tmp_path_factory.mktemp("pictures")
    generator = np.random.default_rng(0)
    for number in range(12):
        path = folder / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(generator.integers(0, 256, (12, 16, 3), np.uint8)).save(path)
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "notes.txt").write_text("none")
    return folder


def levels(path):
    return np.asarray(Image.open(path), np.float64)


def test_sample_writes_pictures_a_sheet_and_a_record(run, painter, tmp_path):
    for name in "ab":
        result = run("sample", painter, "--count", 5, "--seed", 3, "--out", tmp_path / name)
        assert result.exit_code == 0, result.output
    names = [path.name for path in sorted((tmp_path / "a").iterdir())]
    assert names == ["sample.json", *[f"sample_00{n}.png" for n in range(5)], "sheet.png"]
    record = json.loads((tmp_path / "a" / "sample.json").read_text())
    assert record["files"] == names[1:6]
    assert "sample_rate" not in record
    assert levels(tmp_path / "a" / "sample_000.png").shape == (12, 16, 3)
    assert levels(tmp_path / "a" / "sheet.png").shape == (2 * 12 + 2, 3 * 16 + 4, 3)
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_reconstruct_measures_each_file_of_a_folder(run, painter, pictures, tmp_path):
    result = run("reconstruct", painter, pictures, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "broken.png" in result.output
    rows = list(csv.DictReader((tmp_path / "reconstruction.csv").open()))
    assert [row["file"] for row in rows] == sorted(row["file"] for row in rows)
    assert len(rows) == 12
    for row in rows:
        original, rebuilt = levels(pictures / row["file"]), levels(tmp_path / row["file"])
        error = np.mean((original - rebuilt) ** 2) / 255**2
        np.testing.assert_allclose(float(row["mse"]), error, rtol=1e-5)
        np.testing.assert_allclose(float(row["psnr"]), -10 * np.log10(error), rtol=1e-5)
        assert -1 <= float(row["ssim"]) <= 1


def test_reconstruct_one_file_and_interpolate(run, painter, pictures, tmp_path):
    one, other = pictures / "a" / "0.png", pictures / "b" / "1.png"
    assert run("reconstruct", painter, one, "--out", tmp_path / "out.png").exit_code == 0
    result = run("interpolate", painter, one, other, "--steps", 3, "--out", tmp_path / "way")
    assert result.exit_code == 0, result.output
    first = levels(tmp_path / "way" / "interpolation_000.png")
    np.testing.assert_allclose(first, levels(tmp_path / "out.png"), atol=1)
    result = run("interpolate", painter, "component:0", other, "--out", tmp_path / "other")
    assert result.exit_code == 0, result.output


def test_info_names_the_size(run, painter):
    assert "12 x 16, RGB" in run("info", painter).output


def test_sounds_and_pictures_are_not_mixed_up(
    refused, painter, pictures, model_folder, sounds, tmp_path
):
    sound, picture = next(sounds.rglob("*.wav")), pictures / "a" / "0.png"
    out = tmp_path / "out"
    assert "not a png" in refused("reconstruct", painter, sound, "--out", out)
    assert "not audio" in refused("reconstruct", model_folder, picture, "--out", out)
    assert "is a folder" in refused("reconstruct", model_folder, pictures, "--out", out)
    assert "hold no picture" in refused("reconstruct", painter, tmp_path, "--out", out)
    assert "seconds does not" in refused("sample", painter, "--seconds", 2, "--out", out)
    message = refused("export", painter, "--seconds", 2, "--out", out)
    assert "seconds must be None where pictures are drawn" in message
    message = refused("prepare", pictures, "--out", out, "--shape", "12by16")
    assert "not like 128x128" in message
    message = refused("prepare", pictures, "--out", out, "--preset", "cifar_vae", "--shape", "8x8")
    assert "already says the geometry" in message
    assert not out.exists()


@pytest.mark.slow
def test_from_a_folder_of_pictures_to_samples_of_codes(run, refused, pictures, tmp_path):
    data, out = tmp_path / "data", tmp_path / "run"
    result = run("prepare", pictures, "--out", data, "--shape", "12x16")
    assert result.exit_code == 0, result.output
    settings = {"pictures.height": 12, "pictures.width": 16, "model.widths": [[4]]}
    settings |= {
        "model.strides": [[4]],
        "model.codebook_sizes": [5],
        "priors.width": 8,
        "priors.heads": 2,
    }
    settings |= {"priors.depth": 1, "fit.batch_size": 4, "priors.batch_size": 4}
    settings |= {"fit.jit_compile": False, "priors.jit_compile": False}
    words = [w for key, value in settings.items() for w in ("--set", f"{key}={json.dumps(value)}")]
    result = run("train", "cifar_vqvae", "--data", data, "--out", out, "--steps", 2, *words)
    assert result.exit_code == 0, result.output
    assert "See it" in result.output
    assert "12 x 16, RGB" in (out / "autoencoder" / "card.md").read_text()
    result = run("sample", out, "--count", 2, "--label", "b", "--out", tmp_path / "samples")
    assert result.exit_code == 0, result.output
    assert levels(tmp_path / "samples" / "sample_001.png").shape == (12, 16, 3)
    report = tmp_path / "report.json"
    result = run("evaluate", out, "--data", data, "--out", report)
    assert result.exit_code == 0, result.output
    assert json.loads(report.read_text())["reconstruction"]["ssim"]["mean"] <= 1
    assert "latent space" in refused("interpolate", out, "component:0", "component:1")
    sound = pictures / "notes.txt"
    message = refused("extend", out, sound, "--seconds", 3, "--out", tmp_path / "x.wav")
    assert "for models of sounds" in message
