"""A run that is stopped, in whatever way, goes on as if it had not been."""

import csv
import dataclasses
import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import tfaudiogen
from tfaudiogen.runtime.interruption import SIGNALS
from tfaudiogen.training import Interrupted, settings, train
from tfaudiogen.training.callbacks import checkpointing
from tfaudiogen.training.initialization import settings_of

CHANGING = {"seconds", "examples_per_second"}

# Writes a checkpoint after each step, and takes its time over the steps of the second epoch.
SLOW_RUN = """
import sys, time
import keras
sys.path.insert(0, sys.argv[1])
from conftest import tiny_preset
from tfaudiogen.training import train
from tfaudiogen.training.callbacks import checkpointing
checkpointing._CHECKPOINT_SECONDS = 0.0
count = checkpointing.Limits.on_train_batch_end
def slow(self, batch, logs=None):
    count(self, batch, logs)
    if self.state.step > 8:
        print(self.state.step, flush=True)
        time.sleep(60)
checkpointing.Limits.on_train_batch_end = slow
train(tiny_preset(), sys.argv[2], sys.argv[3], progress=False)
"""


def curve(folder):
    with open(folder / "history.csv", newline="") as file:
        return [
            {name: value for name, value in row.items() if name not in CHANGING}
            for row in csv.DictReader(file)
        ]


def assert_same_run(folder, other):
    assert curve(folder) == curve(other)
    model, expected = tfaudiogen.load(folder), tfaudiogen.load(other)
    for weight, reference in zip(model.weights, expected.weights, strict=True):
        np.testing.assert_array_equal(weight, reference)


@pytest.mark.slow
def test_a_killed_run_continues_to_the_same_digits(tmp_path, preset, data, finished):
    out = tmp_path / "run"
    arguments = [os.path.dirname(__file__), str(data), str(out)]
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_RUN, *arguments], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "9\n"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert len(curve(out)) == 1
    train(preset, data, out, resume=True, progress=False)
    assert_same_run(out, finished)


@pytest.mark.slow
def test_a_limit_within_an_epoch_can_be_raised(tmp_path, preset, data, finished):
    out = tmp_path / "run"
    train(preset, data, out, steps=10, progress=False)
    assert [row["step"] for row in curve(out)] == ["6", "10"]
    train(preset, data, out, epochs=3, resume=True, progress=False)
    assert curve(out) == curve(finished)


@pytest.mark.slow
def test_resuming_a_finished_run_changes_nothing(tmp_path, preset, data, finished):
    before = (finished / "checkpoint.npz").read_bytes()
    train(preset, data, finished, resume=True, progress=False)
    assert (finished / "checkpoint.npz").read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_saves_and_says_how_to_go_on(
    tmp_path, preset, data, finished, monkeypatch, number
):
    out = tmp_path / "run"
    count = checkpointing.Limits.on_train_batch_end

    def interrupt(self, batch, logs=None):
        count(self, batch, logs)
        if self.state.step == 8:
            signal.raise_signal(number)

    before = signal.getsignal(number)
    with monkeypatch.context() as patch:
        patch.setattr(checkpointing.Limits, "on_train_batch_end", interrupt)
        with pytest.raises(Interrupted, match="--resume") as raised:
            train(preset, data, out, progress=False)
    assert signal.getsignal(number) == before
    assert (raised.value.folder, raised.value.step) == (out, 8)
    assert raised.value.number == number
    assert f"--out {out}" in raised.value.command
    train(preset, data, out, resume=True, progress=False)
    assert_same_run(out, finished)


@pytest.fixture
def python_answers():
    """Ctrl-C as Python answers it, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


class SavedAtOnce:
    """Stands for a `CheckpointCallback`: what there is is saved."""

    stopped_by = None

    def stop_if_asked(self):
        if self.stopped_by:
            raise Interrupted("run", 3, "again", self.stopped_by)


def signals_come(checkpoints, lines, *numbers):
    with checkpointing.interrupt_after_step(checkpoints, lines.append):
        for number in numbers:
            signal.raise_signal(number)
        lines.append("saved")


@pytest.mark.usefixtures("python_answers")
def test_a_second_ctrl_c_stops_at_once():
    checkpoints, lines = SavedAtOnce(), []
    with pytest.raises(KeyboardInterrupt):
        signals_come(checkpoints, lines, signal.SIGINT, signal.SIGINT)
    assert checkpoints.stopped_by == signal.SIGINT
    assert (len(lines), lines[-1][:6]) == (1, "Saving")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_wait_for_the_step_however_often_they_come(number):
    checkpoints, lines = SavedAtOnce(), []
    with pytest.raises(Interrupted) as raised:
        signals_come(checkpoints, lines, number, number)
    assert (len(lines), lines[-1]) == (2, "saved")
    assert raised.value.number == number


def test_a_signal_in_the_last_step_is_not_forgotten():
    with pytest.raises(Interrupted):
        signals_come(SavedAtOnce(), [], signal.SIGTERM)


def test_a_line_that_nobody_can_read_is_no_reason_to_lose_a_training():
    def fail(line):
        raise OSError(5, "Input/output error")

    with pytest.raises(Interrupted), checkpointing.interrupt_after_step(SavedAtOnce(), fail):
        signal.raise_signal(signal.SIGHUP)


@pytest.mark.slow
def test_a_run_killed_before_its_first_checkpoint_begins_anew(tmp_path, preset, data, finished):
    out = tmp_path / "run"
    out.mkdir()
    (out / "preset.json").write_bytes((finished / "preset.json").read_bytes())
    train(preset, data, out, steps=1, resume=True, progress=False)
    assert [row["step"] for row in curve(out)] == ["1"]


@pytest.mark.parametrize(
    "damage",
    [
        b"PK\x03\x04 and then nothing",
        *(pytest.param(x, marks=pytest.mark.slow) for x in (b"", b"text")),
    ],
)
def test_a_damaged_checkpoint_is_named(tmp_path, preset, data, finished, damage):
    out = tmp_path / "run"
    out.mkdir()
    (out / "preset.json").write_bytes((finished / "preset.json").read_bytes())
    (out / "checkpoint.npz").write_bytes(damage)
    with pytest.raises(ValueError, match="checkpoint.npz is damaged"):
        train(preset, data, out, resume=True, progress=False)


def test_a_checkpoint_of_another_model_is_named(preset, finished):
    from tfaudiogen.training import checkpoint

    model = dataclasses.replace(preset, model={**preset.model, "hidden": 9}).build()
    model.compile("adam")
    with pytest.raises(ValueError, match="do not fit"):
        checkpoint.read(finished, model)


@pytest.mark.parametrize("chosen", [True, False])
def test_resuming_keeps_what_was_chosen_of_xla(tmp_path, preset, chosen):
    auto = dataclasses.replace(preset, fit={**preset.fit, "jit_compile": "auto"})
    summary = SimpleNamespace(folder=tmp_path, examples={"train": 8, "validation": 2, "test": 2})
    begun = settings_of(auto, summary, None, seed=0, initial=None, stored=None)
    assert begun.jit_compile is None  # to be measured
    stored = dataclasses.replace(begun, jit_compile=chosen)
    stored.write(tmp_path)
    resumed = settings_of(auto, summary, None, 0, None, stored=settings.read(tmp_path))
    assert resumed.jit_compile is chosen
