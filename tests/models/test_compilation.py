"""Whether XLA compiles is measured, shown, kept and used again."""

import keras
import pytest

from tfaudiogen.models import keras_model
from tfaudiogen.models.training_step import xla_choice
from tfaudiogen.models.training_step.xla_choice import Choice


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        (Choice(True, {True: 0.5, False: 1.0}), "0.5 s compiled and 1 s not; compiling"),
        (Choice(False, {True: 2.0, False: 1.0}), "2 s compiled and 1 s not; not compiling"),
        (Choice(False, {True: None, False: 1.0}), "XLA cannot compile this step"),
    ],
)
def test_a_choice_says_which_and_why(choice, text):
    assert text in str(choice)


@pytest.mark.parametrize("fastest", [pytest.param(True, marks=pytest.mark.slow), False])
def test_the_faster_is_chosen(tiny, batches, monkeypatch, fastest):
    monkeypatch.setattr(
        xla_choice, "_seconds", lambda model, batch, key, compiled: 2.0 - (compiled == fastest)
    )
    model = tiny()
    model.compile(keras.optimizers.SGD(1e-9), jit_compile="auto")
    model.fit(batches(4), verbose=0)
    assert model.uses_xla is fastest


@pytest.mark.slow
def test_both_are_measured(tiny, batches):
    choice = xla_choice.faster(tiny(), next(iter(batches(4))))
    assert choice.seconds[True] > 0
    assert choice.seconds[False] > 0
    assert choice.compiled == (choice.seconds[True] <= choice.seconds[False])


@pytest.mark.slow
def test_true_and_false_measure_nothing(tiny, batches, monkeypatch):
    monkeypatch.delattr(keras_model, "faster")
    for wanted in (True, False):
        model = tiny()
        model.compile(keras.optimizers.SGD(1e-9), jit_compile=wanted)
        model.fit(batches(4), verbose=0)
        assert model.uses_xla is wanted
