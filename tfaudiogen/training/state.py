"""The state of a run other than the variables of model and optimizer."""

import time
from dataclasses import dataclass, field

from tfaudiogen.validation.schema import expect, expect_integer, expect_keys


@dataclass
class State:
    """Progress of a run.

    Attributes:
        step: number of finished optimizer steps.
        history: one dict per epoch, a row of `history.csv`.
        best: the row of the epoch whose model was saved; None before the first.
        seconds: seconds spent in earlier processes.
    """

    step: int = 0
    history: list = field(default_factory=list)
    best: dict | None = None
    seconds: float = 0.0

    def __post_init__(self):
        self._started = time.monotonic()

    @classmethod
    def of(cls, values):
        """Return a state from the plain values of `as_dict`.

        Raises:
            ValueError: the values are invalid.
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
        """Return plain values, the inverse of `State.of`."""
        return {
            "step": self.step,
            "history": self.history,
            "best": self.best,
            "seconds": self.elapsed(),
        }

    def forget_unfinished(self, steps_per_epoch):
        """Drop the row of an epoch that was stopped early, since it is now going to be finished."""
        self.history = [
            row for row in self.history if row["step"] == row["epoch"] * steps_per_epoch
        ]


def _check_row(row):
    expect_keys(row, "a row of the history", ("epoch", "step", "val_loss"), row)
    for name in ("epoch", "step"):
        expect_integer(row[name], name, 0, 2**62)
    for name, value in row.items():
        expect(isinstance(value, int | float), name, value)
