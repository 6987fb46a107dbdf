"""The state of a run beside the variables of its model and optimizer."""

import time
from dataclasses import dataclass, field

from tfaudiogen.validation.schema import expect, expect_integer, expect_keys


@dataclass
class State:
    """Progress of a run.

    Attributes:
        step: finished optimiser steps.
        history: one dict for each epoch, a row of `history.csv`.
        best: the row of the epoch whose model was kept; None before the first.
        seconds: spent in earlier processes.
    """

    step: int = 0
    history: list = field(default_factory=list)
    best: dict | None = None
    seconds: float = 0.0

    def __post_init__(self):
        self._started = time.monotonic()

    @classmethod
    def of(cls, values):
        """Return the state of plain values.

        Raises:
            ValueError: they are none that `as_dict` returns.
        """
        expect_keys(values, "the state", ("step", "history", "best", "seconds"))
        expect_integer(values["step"], "step", 0, 2**62)
        seconds, history, best = values["seconds"], values["history"], values["best"]
        expect(isinstance(seconds, int | float) and 0 <= seconds < 1e12, "seconds", seconds)
        expect(isinstance(history, list), "history", history)
        for row in history if best is None else [*history, best]:
            _check_row(row)
        return cls(**values)

    def elapsed(self):
        """Return the seconds spent on the run in all processes."""
        return self.seconds + time.monotonic() - self._started

    def as_dict(self):
        """Return plain values, which `State.of` takes back."""
        return {
            "step": self.step,
            "history": self.history,
            "best": self.best,
            "seconds": self.elapsed(),
        }

    def forget_unfinished(self, steps_per_epoch):
        """Drop the row of an epoch that ended early: the epoch is going to be finished."""
        self.history = [
            row for row in self.history if row["step"] == row["epoch"] * steps_per_epoch
        ]


def _check_row(row):
    expect_keys(row, "a row of the history", ("epoch", "step", "val_loss"), row)
    for name in ("epoch", "step"):
        expect_integer(row[name], name, 0, 2**62)
    for name, value in row.items():
        expect(isinstance(value, int | float), name, value)
