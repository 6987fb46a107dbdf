"""A run of a model with discrete codes: what it leaves, and that it goes on."""

import csv
import dataclasses

import numpy as np
import pytest
from PIL import Image

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.training import train
from tfaudiogen.training.callbacks.code_usage import draw_usage
from tfaudiogen.training.initialization import initialize_weights

TINY = {
    "fit.batch_size": 8,
    "fit.warmup_steps": 2,
    "model.widths": [[8], [8]],
    "model.strides": [[4], [2]],
    "model.codebook_sizes": [6, 5],
    "model.codebook_dim": 3,
}


# Means of five steps are compared, and their second is as good as none: it begins after ten.
ADVERSARY = {
    "model.discriminator": [4, 6],
    "model.patience": 5,
    "model.tolerance": 0.9,
    "model.waveform_weight": 1.0,
    "model.frozen_steps": 2,
}


@pytest.fixture(scope="session")
def coded(preset):
    return small("speech_vqvae", preset.spectrogram, priors=None)


def small(name, spectrogram, **changes):
    shape = {f"spectrogram.{key}": value for key, value in spectrogram.items()}
    preset = presets.get(name, **shape, **TINY, **changes)
    return dataclasses.replace(preset, fit={**preset.fit, "jit_compile": False, "steps": 12})


@pytest.fixture(scope="session")
def coded_run(tmp_path_factory, coded, data):
    out = tmp_path_factory.mktemp("runs") / "coded"
    train(coded, data, out, progress=False)
    return out


def rows(folder):
    """The history without what depends on the clock."""
    with open(folder / "history.csv", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    return [{k: v for k, v in row.items() if "second" not in k} for row in found]


@pytest.mark.slow
def test_the_folder_shows_how_codes_are_used(coded_run, logged):
    last = rows(coded_run)[-1]
    for name in ("usage", "perplexity", "dead_codes", "commitment"):
        assert {f"{name}_0", f"{name}_1", f"val_{name}_0", f"val_{name}_1"} <= set(last)
    assert Image.open(coded_run / "codes.png").size == (700, 400)
    shown = logged(coded_run)
    assert {"reconstruction/0", "epoch/perplexity_0", "epoch/learning_rate"} <= set(shown)
    use = shown["codes/use_0"].histo
    assert (use.num, round(use.sum, 3)) == (5, 4 * 4)  # codes of the top, places of an image
    assert "codes which are all equally likely" in (coded_run / "card.md").read_text()


def test_the_saved_model_gives_the_same_codes(coded_run):
    model = tfaudiogen.load(coded_run)
    assert isinstance(model, tfaudiogen.VQVAE)
    images = np.random.default_rng(0).random((2, *model.representation.image_shape), np.float32)
    one, two = (tfaudiogen.load(coded_run).encode_codes(images) for _ in range(2))
    for first, second in zip(one, two, strict=True):
        np.testing.assert_array_equal(first, second)


@pytest.mark.slow
def test_a_run_resumed_within_an_epoch_is_the_same(tmp_path, coded, coded_run, data):
    """Codebooks, their moving averages and the counts of the epoch go on."""
    out = tmp_path / "run"
    train(coded, data, out, steps=8, progress=False)
    train(coded, data, out, steps=12, resume=True, progress=False)
    assert rows(out) == rows(coded_run)


@pytest.mark.slow
def test_a_fine_tuned_model_keeps_its_codebook(tmp_path, coded, coded_run, data):
    train(coded, data, tmp_path / "run", steps=1, initial=coded_run, progress=False)
    old, new = (tfaudiogen.load(folder) for folder in (coded_run, tmp_path / "run"))
    for one, two in zip(old.quantizers, new.quantizers, strict=True):
        np.testing.assert_allclose(one.codebook.means, two.codebook.means, atol=0.5)


@pytest.mark.slow
def test_an_adversary_begins_late_and_a_resumed_training_knows_when(tmp_path, coded_run, data):
    """Stopped between the two means that show that the reconstruction has stopped to improve."""
    spectrogram = tfaudiogen.load(coded_run).representation
    kept = ("sample_rate", "frame_length", "hop", "frames", "bins", "scale", "decibels")
    sharper = small("speech_vqgan", {k: getattr(spectrogram, k) for k in kept}, **ADVERSARY)
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    train(sharper, data, whole, initial=coded_run, progress=False)
    train(sharper, data, parts, steps=8, initial=coded_run, progress=False)
    train(sharper, data, parts, steps=12, resume=True, progress=False)
    found = rows(whole)
    assert rows(parts) == found
    assert [float(row["adversary_active"]) for row in found] == [0.0, 1.0]
    assert [float(row["discriminator"]) > 0 for row in found] == [False, True]
    assert all(float(row["waveform"]) > 0 for row in found)
    model = tfaudiogen.load(whole)
    assert isinstance(model, tfaudiogen.VQGAN)
    assert float(model.plateau.reached) == 1.0


@pytest.mark.slow
def test_an_adversary_begins_as_the_autoencoder_and_gives_one_back(coded, coded_run, tmp_path):
    names = {"model.discriminator": [4, 6]}
    sharper = presets.get("speech_vqgan", **TINY, **names).as_dict()
    model = presets.Preset(**{**sharper, "spectrogram": coded.spectrogram}).build()
    initialize_weights(model, str(coded_run))
    coder = tfaudiogen.load(coded_run)
    images = np.random.default_rng(0).random((2, *coder.representation.image_shape), np.float32)
    np.testing.assert_array_equal(model(images), coder(images))
    tfaudiogen.save(model, tmp_path)
    again = coded.build()
    initialize_weights(again, str(tmp_path))
    np.testing.assert_array_equal(again(images), coder(images))
    wider = presets.Preset(**{**sharper, "spectrogram": coded.spectrogram})
    wider.model["widths"] = [[8], [12]]
    with pytest.raises(ValueError, match="has other layers than the preset"):
        initialize_weights(wider.build(), str(coded_run))


def test_windows_of_another_length_begin_with_the_same_convolutions(coded, coded_run):
    longer = {**coded.spectrogram, "frames": 2 * coded.spectrogram["frames"]}
    model = dataclasses.replace(coded, spectrogram=longer).build()
    initialize_weights(model, str(coded_run))
    trained = tfaudiogen.load(coded_run)
    for mine, theirs in zip(model.coder_weights, trained.coder_weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    slower = dataclasses.replace(coded, spectrogram={**coded.spectrogram, "sample_rate": 4000})
    with pytest.raises(ValueError, match="sample_rate of the spectrogram"):
        initialize_weights(slower.build(), str(coded_run))


def test_the_picture_survives_a_level_of_one_code(tmp_path):
    draw_usage(tmp_path / "codes.png", [np.array([5.0, 0.0]), np.array([1.0, 2.0])])
    assert Image.open(tmp_path / "codes.png").format == "PNG"
