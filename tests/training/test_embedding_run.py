"""The preset that embeds: trained on pairs, stopped, resumed, and refused where data do not fit."""

import csv
import dataclasses

import numpy as np
import pytest
import soundfile
import tensorflow as tf
from PIL import Image

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.data import prepare
from tfaudiogen.training import train
from tfaudiogen.training.inputs import training_data

QUICK = {
    "model.positives": "picture",
    "fit.batch_size": 6,
    "fit.steps": 8,
    "fit.warmup_steps": 1,
    "fit.jit_compile": False,
}


@pytest.fixture(scope="module")
def embedder(tiny_embedder):
    return presets.get("digit_embedder", **tiny_embedder, **QUICK)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory, embedder):
    folder = tmp_path_factory.mktemp("pairs")
    generator = np.random.default_rng(0)
    for number in range(24):
        soundfile.write(folder / f"{number}.wav", 0.1 * generator.normal(size=1024), 8000)
        levels = generator.integers(0, 256, (8, 8), np.uint8)
        Image.fromarray(levels).save(folder / f"{number}.png")
    prepare(folder, folder / "data", "audio_image_pairs", progress=False, **embedder.data)
    return folder / "data"


def test_a_shippable_embedder_has_at_most_six_million_parameters():
    assert presets.get("digit_embedder").build().count_params() < 6e6
    assert presets.get("digit_embedder").data == presets.get("digit_painter").data


def losses(folder):
    with open(folder / "history.csv", newline="") as file:
        return [[float(row[name]) for name in ("loss", "val_loss")] for row in csv.DictReader(file)]


@pytest.mark.slow
def test_a_stopped_training_goes_on_as_if_nothing_had_been(embedder, pairs, tmp_path):
    train(embedder, pairs, tmp_path / "whole", progress=False)
    train(embedder, pairs, tmp_path / "run", steps=4, progress=False)
    train(embedder, pairs, tmp_path / "run", resume=True, progress=False)
    np.testing.assert_allclose(
        losses(tmp_path / "run")[-1], losses(tmp_path / "whole")[-1], rtol=1e-6
    )
    model = tfaudiogen.load(tmp_path / "run")
    assert isinstance(model, tfaudiogen.AudioImageEmbedder)
    for tower in (model.sound_tower, model.picture_tower):
        assert np.abs(tower.centre).max() > 0
    card = (tmp_path / "run" / "card.md").read_text()
    assert "identifying the matching pairs among 6 examples" in card
    assert "8 x 8, grey" in card


def test_data_that_do_not_fit_are_refused_at_once(embedder, tiny_embedder, pairs, data, tmp_path):
    labelled = presets.get("digit_embedder", **{**tiny_embedder, "model.positives": "label"})
    larger = presets.get("digit_embedder", **{**tiny_embedder, "pictures.height": 12})
    for wanted, folder, message in (
        (embedder, data, "learns from pairs.*--pictures FOLDER"),
        (labelled, pairs, "have no labels: --set model.positives=picture"),
        (larger, pairs, r"are \[8, 8, 1\] .* those of digit_embedder \[12, 8, 1\]"),
    ):
        with pytest.raises(ValueError, match=message):
            train(wanted, folder, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


def test_sounds_of_training_are_changed_anew_and_those_of_validation_never(embedder, pairs):
    spectrogram = embedder.build().representation
    changes = training_data.augmentation_of({"augment": {"gain_db": 6.0, "frequency_mask": 4}})
    plain, changed = (
        training_data.TrainingData(pairs, spectrogram, 6, seed=0, cache=False, augment=augment)
        for augment in (None, changes)
    )
    strategy = tf.distribute.get_strategy()
    epochs = [epoch_of(training_data.training(strategy, 0)) for training_data in (plain, changed)]
    later = epoch_of(changed.training(strategy, 3))
    assert set(epochs[0]) == set(epochs[1]) == set(later)
    for example, image in epochs[1].items():
        assert np.abs(image - epochs[0][example]).max() > 0.01
        assert np.abs(image - later[example]).max() > 0.01
    validations = [
        next(iter(training_data.validation(strategy)))["image"]
        for training_data in (plain, changed)
    ]
    np.testing.assert_array_equal(*validations)


def epoch_of(batches):
    """Return {id: image} of the first 18 examples."""
    return {
        int(number): image
        for batch in batches.take(3)
        for number, image in zip(batch["id"], batch["image"].numpy(), strict=True)
    }


def test_a_change_that_there_is_not_is_named_with_those_that_there_are(embedder, pairs, tmp_path):
    wrong = {**embedder.fit, "augment": {"loudness": 3.0}}
    with pytest.raises(ValueError, match=r"gain_db, noise_db.*received \{'loudness': 3.0\}"):
        train(dataclasses.replace(embedder, fit=wrong), pairs, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()
