"""train: that every option reaches the training."""

import shlex
from pathlib import Path

import pytest

from tfaudiogen.cli.commands.train import _next


@pytest.fixture
def asked(monkeypatch):
    """Return a dict that holds what training was asked for."""
    received = {}

    def train(preset, data, out, **options):
        received.update(preset=preset, data=data, out=out, **options)

    monkeypatch.setattr("tfaudiogen.training.train", train)
    return received


def test_options_reach_the_training(run, asked, tmp_path):
    result = run(
        *("train", "sinewave_vae", "--data", tmp_path, "--out", tmp_path / "run"),
        *(
            "--epochs",
            3,
            "--steps",
            7,
            "--minutes",
            0.5,
            "--patience",
            4,
            "--batch-size",
            2,
            "--seed",
            9,
        ),
        *("--resume", "--from", "music_vae", "--strategy", "mirrored", "--replicas", 2),
        *("--set", "model.widths=[4,4]", "--set", "model.likelihood=normal"),
    )
    assert result.exit_code == 0, result.output
    preset = asked.pop("preset")
    assert preset.model["widths"] == [4, 4]
    assert preset.model["likelihood"] == "normal"
    assert asked == {
        "data": tmp_path,
        "out": tmp_path / "run",
        "epochs": 3,
        "steps": 7,
        "minutes": 0.5,
        "patience": 4,
        "batch_size": 2,
        "seed": 9,
        "resume": True,
        "initial": "music_vae",
        "strategy": "mirrored",
        "replicas": 2,
        "progress": True,
    }


@pytest.mark.parametrize(
    ("setting", "words"), [("widths", "key=value"), ("model.width=3", "model.widths")]
)
def test_a_setting_that_is_not_one_is_refused(refused, asked, tmp_path, setting, words):
    arguments = ("train", "sinewave_vae", "--data", tmp_path, "--out", tmp_path / "run")
    assert words in refused(*arguments, "--set", setting)
    assert not asked


@pytest.mark.parametrize(
    "value", ["NaN", "-Infinity", "1e400", "-1", "0", "[1e-3]", "{}", "9" * 5000, "[" * 100_000, ""]
)
def test_what_a_setting_cannot_be_is_refused_with_its_rule(refused, asked, tmp_path, value):
    arguments = ("train", "sinewave_vae", "--data", tmp_path, "--out", tmp_path / "run")
    line = refused(*arguments, "--set", f"fit.learning_rate={value}")
    assert "fit.learning_rate must be a number above 0 and at most 1000; received " in line
    assert len(line) < 400
    assert not asked


def test_an_old_name_of_a_setting_is_noticed_and_works(run, asked, tmp_path):
    arguments = ("train", "speech_vqvae", "--data", tmp_path, "--out", tmp_path / "run")
    result = run(*arguments, "--set", "model.expiry=0.3")
    assert result.exit_code == 0, result.output
    notice = (
        "Notice: model.expiry is now called model.dead_code_threshold; the old name still works."
    )
    assert result.output.count(notice) == 1
    assert asked["preset"].model["dead_code_threshold"] == 0.3


def test_missing_data_are_refused(refused, asked, tmp_path):
    arguments = ("train", "sinewave_vae", "--data", tmp_path / "none", "--out", tmp_path / "run")
    assert "--data" in refused(*arguments)
    assert not asked


def test_the_next_command_can_be_pasted(painter_model):
    shown = _next(painter_model, Path("my run; ls"))
    assert shlex.split(shown)[:5] == ["See", "it:", "tfaudiogen", "paint", "my run; ls"]
