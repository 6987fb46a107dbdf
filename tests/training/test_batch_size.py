import json

import pytest
import tensorflow as tf

from tfaudiogen.training import train
from tfaudiogen.training.resources import batch_size, memory
from tfaudiogen.training.run import Run

GIGABYTE = 2**30


@pytest.fixture
def need(monkeypatch):
    """A step of 1 GB and half of one for each example, where 20 GB are there: 26 examples fit."""
    found = memory.Need(GIGABYTE, GIGABYTE / 2, 20 * GIGABYTE)
    monkeypatch.setattr(memory, "measure", lambda model: found)
    monkeypatch.setattr(memory, "available", lambda: 20 * GIGABYTE)
    return found


def decide(wanted, parts=1, examples=1000):
    return batch_size.decide(None, wanted, 8, parts, examples, lambda line: None)


def test_the_most_is_used_that_fits(need):
    assert decide("auto") == 16
    assert decide("auto", parts=4) == 64
    assert decide("auto", examples=11) == 8


def test_what_fits_is_taken_and_what_does_not_is_an_error(need):
    assert decide(26) == 26
    assert decide(100, parts=4) == 100
    with pytest.raises(ValueError, match=r"batch_size 27 does not fit: .* 14.5 GB .* 16 fits"):
        decide(27)
    with pytest.raises(
        ValueError, match=r"one after the other: --set fit.gradient_accumulation_steps=4"
    ):
        decide(64)


def test_a_small_machine_looks_at_the_usual_batch_too(need, monkeypatch):
    monkeypatch.setattr(memory, "measure", lambda model: need._replace(available=GIGABYTE))
    assert decide(8) == 8
    monkeypatch.setattr(memory, "available", lambda: GIGABYTE)
    with pytest.raises(ValueError, match="not even 1 example fits"):
        decide(8)
    with pytest.raises(ValueError, match="not even 1 example fits"):
        decide("auto")


def test_a_system_without_figures_takes_a_number(monkeypatch):
    def fail(model):
        raise memory.NotMeasurable("cannot be measured: give a batch size")

    monkeypatch.setattr(memory, "measure", fail)
    assert decide(64) == 64
    with pytest.raises(memory.NotMeasurable):
        decide("auto")


@pytest.mark.slow
def test_the_need_of_a_model_is_measured(preset):
    found = memory.measure(preset.build())
    assert found.per_example > 10 * 32 * 32 * 4  # some planes of an image, at least
    assert 0 < found.available < 2**50
    assert found.fits(found.largest)


def test_what_cannot_be_measured_says_why(preset, monkeypatch):
    monkeypatch.setattr("sys.executable", "false")
    with pytest.raises(memory.NotMeasurable, match=r"exit code 1\): give a batch size"):
        memory.measure(preset.build())


@pytest.mark.slow
def test_auto_trains_and_the_run_keeps_the_number(preset, data, tmp_path):
    train(preset, data, tmp_path / "run", steps=1, batch_size="auto", progress=False)
    kept = json.loads((tmp_path / "run" / "preset.json").read_text())
    assert kept["preset"]["fit"]["batch_size"] == 32  # of 51 training windows


def test_memory_that_runs_out_while_training_is_explained(
    preset, data, tmp_path, need, monkeypatch
):
    def exhaust(self, *args):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")

    monkeypatch.setattr(Run, "_fit_epochs", exhaust)
    with pytest.raises(ValueError, match=r"batch_size 8 does not fit: .* 16 fits"):
        train(preset, data, tmp_path / "run", progress=False)
