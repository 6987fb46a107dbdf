"""What a run has to remember beside the variables of its model and optimizer."""

import time
from dataclasses import dataclass, field


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

    def elapsed(self):
        """Return the seconds spent on the run in all processes."""
        return self.seconds + time.monotonic() - self._started

    def as_dict(self):
        """Return plain values, which `State(**values)` takes back."""
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
