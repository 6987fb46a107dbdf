"""What `train` leaves in its folder, and what it refuses."""

import csv
import dataclasses
import json
import math

import numpy as np
import pytest
import stage_logs
import tensorflow as tf

import tfaudiogen
from tfaudiogen import presets
from tfaudiogen.training import settings, train


def rows(folder):
    with open(folder / "history.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_history_has_a_row_an_epoch(finished):
    history = rows(finished)
    assert [row["epoch"] for row in history] == ["1", "2", "3"]
    assert [row["step"] for row in history] == ["6", "12", "18"]
    for name in ("loss", "rate", "distortion", "bits_per_dimension", "val_bits_per_dimension"):
        assert all(math.isfinite(float(row[name])) for row in history), name
    assert all(0 <= int(row["active_units"]) <= 4 for row in history)
    assert float(history[-1]["learning_rate"]) == pytest.approx(2e-3 * 19 / 20)


def test_it_learns(finished):
    history = rows(finished)
    assert float(history[-1]["val_loss"]) < float(history[0]["val_loss"])


def test_the_model_is_the_best_on_validation(finished, data, preset):
    model = tfaudiogen.load(finished)
    model.compile(jit_compile=False)
    validation = tfaudiogen.load_dataset(data, model.representation, "validation", 8)
    found = model.evaluate(validation, return_dict=True, verbose=0)
    best = min(rows(finished), key=lambda row: float(row["val_loss"]))
    assert found["distortion"] == pytest.approx(float(best["val_distortion"]), rel=1e-5)
    # The prior was fitted to the training windows after the last epoch.
    assert found["rate"] < float(best["val_rate"])
    assert model.class_names == list(tfaudiogen.data.describe(data).class_names)


def test_metrics_are_of_the_best_epoch(finished):
    metrics = json.loads((finished / "metrics.json").read_text())
    best = min(rows(finished), key=lambda row: float(row["val_loss"]))
    assert metrics["epoch"] == int(best["epoch"])
    assert metrics["val_loss"] == float(best["val_loss"])
    assert (metrics["epochs"], metrics["steps"]) == (3, 18)


def test_the_card_says_what_and_how(finished):
    card = (finished / "card.md").read_text()
    for fact in ("8000 Hz", "CC0", "51 train", "Which loss is normal", "curve.png", "32 frames"):
        assert fact in card
    assert "tfaudiogen train sinewave_vae --data tones --out finished" in card
    assert "--set model.latent_size=4" in card
    assert str(finished.parent) not in card
    assert (finished / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_the_settings_rebuild_the_preset(finished, preset):
    stored = json.loads((finished / "preset.json").read_text())
    assert (
        presets.Preset(**stored["preset"]).build().count_params() == preset.build().count_params()
    )
    assert (stored["seed"], stored["jit_compile"], stored["initial"]) == (0, False, None)


def test_settings_of_older_names_are_read(finished, tmp_path):
    text = (finished / "preset.json").read_text()
    for old, new in (("accumulate", "gradient_accumulation_steps"), ("average", "ema_momentum")):
        assert f'"{new}"' in text
        text = text.replace(f'"{new}"', f'"{old}"')
    (tmp_path / "preset.json").write_text(text)
    assert settings.read(tmp_path) == settings.read(finished)


def test_logs_hold_figures_pictures_and_sounds(finished):
    # A run that was resumed has one file for each time.
    files = sorted(str(file) for file in (finished / "logs").glob("events.*"))
    events = [
        tf.compat.v1.Event.FromString(record.numpy()) for record in tf.data.TFRecordDataset(files)
    ]
    values = [value for event in events for value in event.summary.value]
    tags = {value.tag for value in values}
    assert {"epoch/loss", "epoch/val_bits_per_dimension", "reconstruction/0", "sample/3"} <= tags
    pictures = {v.tag: v.image for v in values if v.HasField("image")}
    # The original, a gap of four and the reconstruction, beside each other.
    assert (pictures["reconstruction/0"].width, pictures["reconstruction/0"].height) == (68, 32)
    sounds = {v.tag: v.audio for v in values if v.HasField("audio")}
    assert not set(sounds) & set(pictures)  # of one tag TensorBoard shows one of the two alone
    assert {"sample/3/sound", "reconstruction/3/sound"} <= set(sounds)
    wave, rate = tf.audio.decode_wav(sounds["original/0/sound"].encoded_audio_string)
    assert (wave.shape, int(rate)) == ((1024, 1), 8000)
    assert {event.step for event in events if event.summary.value} >= {1, 2, 3}
    histograms = {v.tag: v.histo for v in values if v.HasField("histo")}
    assert histograms["latent/mean"].num == sum(histograms["latent/mean"].bucket)
    assert histograms["latent/kl_per_dimension"].num == 4
    assert {"epoch/active_units", "epoch/learning_rate", "epoch/examples_per_second"} <= tags
    assert pictures["latent/kl_of_each_dimension"].width == 24


def test_logs_say_of_each_epoch_how_it_went_and_of_some_how_it_sounds(finished):
    shown, epochs, pictured = stage_logs.logged(finished), {1, 2, 3}, {1, 2}
    for name in ("loss", "val_loss", "active_units", "learning_rate", "examples_per_second"):
        assert set(shown[f"epoch/{name}", "simple_value"]) == epochs, name
    for name in ("mean", "kl_per_dimension"):
        assert set(shown[f"latent/{name}", "histo"]) == epochs, name
    for name in ("reconstruction", "sample"):
        for kind in ("image", "audio"):
            assert stage_logs.epochs(shown, name, kind) == [pictured] * 4, (name, kind)
    assert stage_logs.epochs(shown, "original", "audio") == [{1}] * 4
    assert set(shown["latent/kl_of_each_dimension", "image"]) == pictured


def test_the_projector_has_the_latents_with_their_labels(finished, data):
    logs = finished / "logs"
    latents = np.loadtxt(logs / "latents.tsv")
    labels = (logs / "labels.tsv").read_text().splitlines()
    summary = tfaudiogen.data.describe(data)
    assert latents.shape == (summary.examples["validation"], 4)
    assert len(labels) == len(latents)
    assert set(labels) <= set(summary.class_names)
    assert 'tensor_path: "latents.tsv"' in (logs / "projector_config.pbtxt").read_text()


def test_a_run_is_never_overwritten(finished, preset, data):
    before = (finished / "model.keras").read_bytes()
    with pytest.raises(ValueError, match="holds a training run already.*--resume"):
        train(preset, data, finished, progress=False)
    assert (finished / "model.keras").read_bytes() == before


def test_nothing_to_resume_is_an_error(tmp_path, preset, data):
    with pytest.raises(ValueError, match="no run to resume.*leave out --resume"):
        train(preset, data, tmp_path / "new", resume=True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seed": 1}, "seed of the run in .* is 0; received 1"),
        ({"batch_size": 4}, "fit.batch_size .* is 8; received 4"),
        ({"initial": "other"}, "initial .* is None; received 'other'"),
    ],
)
def test_a_run_resumes_with_its_settings_only(finished, preset, data, changes, message):
    with pytest.raises(ValueError, match=message):
        train(preset, data, finished, resume=True, progress=False, **changes)


def test_a_run_resumes_with_its_preset_only(finished, preset, data):
    other = dataclasses.replace(preset, model={**preset.model, "latent_size": 5})
    with pytest.raises(ValueError, match="model.latent_size .* is 4; received 5"):
        train(other, data, finished, resume=True, progress=False)


def test_data_of_another_geometry_are_refused_before_anything_is_written(tmp_path, data):
    with pytest.raises(ValueError, match="samples of the data"):
        train("sinewave_vae", data, tmp_path / "run", progress=False)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("limit", ["epochs", "steps", "minutes"])
def test_limits_are_positive(tmp_path, preset, data, limit):
    with pytest.raises(ValueError, match=f"{limit} must be above 0; received 0"):
        train(preset, data, tmp_path / "run", **{limit: 0})


@pytest.mark.slow
def test_the_first_limit_ends_the_run(tmp_path, preset, data):
    train(preset, data, tmp_path / "run", epochs=5, minutes=1e-9, progress=False)
    assert [row["step"] for row in rows(tmp_path / "run")] == ["1"]


@pytest.mark.slow
def test_fine_tuning_starts_from_the_weights(tmp_path, finished, data, preset):
    other = dataclasses.replace(
        preset,
        fit={**preset.fit, "learning_rate": 1e-9},
        model={**preset.model, "kl_weight": {"kind": "linear", "weight": 1.0, "steps": 100}},
    )
    model = train(other, data, tmp_path / "run", steps=1, initial=finished, progress=False)
    start = tfaudiogen.load(finished)
    pairs = zip(model.trainable_weights, start.trainable_weights, strict=True)
    for weight, first in pairs:
        if "mixture" not in weight.path:  # the prior is fitted anew
            np.testing.assert_allclose(weight, first, atol=1e-7)
    assert int(model.step) == 1
    assert model.kl_weight.get_config()["kind"] == "constant"


def test_fine_tuning_refuses_another_geometry(tmp_path, finished, data):
    with pytest.raises(ValueError, match="decibels of the spectrogram of the initial model"):
        train(
            changed(finished, "spectrogram", decibels=[-60.0, 0.0]),
            data,
            tmp_path / "run",
            initial=finished,
        )


def test_fine_tuning_refuses_other_layers(tmp_path, finished, data):
    with pytest.raises(ValueError, match="other layers than the preset"):
        train(changed(finished, "model", latent_size=5), data, tmp_path / "run", initial=finished)


def changed(folder, section, **values):
    stored = json.loads((folder / "preset.json").read_text())["preset"]
    return presets.Preset(**{**stored, section: {**stored[section], **values}})
