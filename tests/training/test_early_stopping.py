"""Runs end when the validation loss no longer improves, and stages share the minutes."""

import json
from types import SimpleNamespace

import pytest

from tfaudiogen.training.callbacks.early_stopping import EarlyStopping
from tfaudiogen.training.run import Run
from tfaudiogen.training.stages.autoencoder_and_priors import Stage, Stages
from tfaudiogen.training.state import State


def watched(losses, patience, history=()):
    """Return (epochs until the stop or all, lines) of a run with these validation losses."""
    lines = []
    state = State(history=[{"epoch": e, "val_loss": loss} for e, loss in enumerate(history, 1)])
    stop = EarlyStopping(state, patience, lines.append)
    stop.set_model(SimpleNamespace(stop_training=False))
    for epoch, loss in enumerate(losses, len(history)):
        stop.on_epoch_end(epoch, {"val_loss": loss})
        if stop.model.stop_training:
            return epoch + 1, lines
    assert not stop.reached()
    return len(history) + len(losses), lines


def test_it_stops_after_so_many_epochs_without_improvement():
    epochs, lines = watched([5.0, 3.0, 4.0, 3.0, 3.5, 2.0], patience=3)
    assert epochs == 5
    assert lines == [
        "The validation loss has not improved for 3 epochs: stopped after epoch 5; the model of "
        "epoch 2 is kept."
    ]
    assert watched([5.0, 3.0, 4.0, 3.0, 3.5, 2.0], patience=4) == (6, [])


def test_a_loss_that_is_no_number_is_no_improvement():
    assert watched([5.0, float("nan"), float("nan"), 1.0], patience=2)[0] == 3


def test_zero_never_stops():
    assert watched([1.0] * 50, patience=0) == (50, [])


def test_the_count_goes_on_over_a_resume():
    assert watched([4.0, 4.0], 3, history=[3.0, 3.5, 3.2])[0] == 4
    stop = EarlyStopping(State(history=[{"epoch": e, "val_loss": 1.0} for e in (1, 2)]), 1, print)
    assert stop.reached()


@pytest.fixture
def stages(tmp_path):
    """Return a function from the minutes of all, and those that were taken, to the stages."""

    def make(minutes, **taken):
        for name, spent in taken.items():
            (tmp_path / name).mkdir()
            metrics = {"steps": 1, "minutes": spent, "parameters": 1}
            (tmp_path / name / "metrics.json").write_text(json.dumps(metrics))
        one = Stages.__new__(Stages)
        one.out, one.limits, one.log = tmp_path, {"minutes": minutes}, lambda line: None
        return one

    return make


NAMES = ["autoencoder", "prior_0", "prior_1"]


def test_stages_share_the_time_that_is_left(stages):
    assert stages(45)._minutes(Stage("autoencoder", NAMES)) == pytest.approx(15)
    one = stages(45, autoencoder=16.0, prior_0=4.0)
    assert one._minutes(Stage("prior_0", NAMES)) == pytest.approx(14.5)
    assert one._minutes(Stage("prior_1", NAMES)) == pytest.approx(25)


def test_without_minutes_there_is_no_share(stages):
    assert stages(None)._minutes(Stage("prior_1", NAMES)) is None


def test_time_that_is_used_up_leaves_none(stages):
    assert stages(10, autoencoder=12.0)._minutes(Stage("prior_0", NAMES)) == 0.0


@pytest.mark.slow
def test_a_training_ends_early_and_keeps_the_best(tmp_path, preset, data, monkeypatch):
    """The losses of validation are made worse from the third epoch on."""
    from tfaudiogen.training import train

    lines, on_epoch_end = [], EarlyStopping.on_epoch_end

    def worse(self, epoch, logs=None):
        logs["val_loss"] += 1e6 * max(0, epoch - 1)
        on_epoch_end(self, epoch, logs)

    monkeypatch.setattr(EarlyStopping, "on_epoch_end", worse)
    monkeypatch.setattr("tfaudiogen.training.fitting.say", lines.append)
    train(preset, data, tmp_path / "run", epochs=9, patience=2)
    assert any("has not improved for 2 epochs" in line for line in lines)
    rows = (tmp_path / "run" / "history.csv").read_text().splitlines()[1:]
    assert len(rows) == 4
    train(preset, data, tmp_path / "run", epochs=9, patience=2, resume=True, progress=False)
    assert (tmp_path / "run" / "history.csv").read_text().splitlines()[1:] == rows


@pytest.mark.slow
def test_every_stage_is_told_its_share(tmp_path, staged, data, monkeypatch):
    from tfaudiogen.training import train

    found, fit = {}, Run.fit

    def fitted(run, limits, asked=None):
        found[run.out.name] = limits["minutes"]
        fit(run, {**limits, "steps": 1}, asked)

    monkeypatch.setattr(Run, "fit", fitted)
    train(staged, data, tmp_path / "run", minutes=60, progress=False)
    assert list(found) == NAMES
    assert found["autoencoder"] == pytest.approx(20)
    assert 20 < found["prior_0"] < 30 < found["prior_1"] < 60
    assert "--minutes 60" in (tmp_path / "run" / "card.md").read_text()
