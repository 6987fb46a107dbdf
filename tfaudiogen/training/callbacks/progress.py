"""A progress bar for training."""

import math
import sys

import keras
from tqdm import tqdm

_SHOWN = {"loss": "loss", "bits_per_dimension": "bits/dim"}


class Progress(keras.callbacks.Callback):
    """Shows a bar with loss and bits per dimension during an epoch, and a line after it.

    There is no bar if the output is not a terminal.

    Args:
        state: the `State` of the run.
        steps_per_epoch: training steps per epoch.
        epochs: number of epochs of the run; None if unknown.
        log: function that shows a line to the user; the bar is shown only if it is `say`.
    """

    def __init__(self, state, steps_per_epoch, epochs, log):
        super().__init__()
        self.state, self.steps_per_epoch, self.epochs = state, steps_per_epoch, epochs
        self.log = log
        self._bar = None

    def on_epoch_begin(self, epoch, logs=None):
        """Open the bar, at the step where the epoch begins or resumes."""
        self._name = f"epoch {epoch + 1}" + (f"/{self.epochs}" if self.epochs else "")
        done = self.state.step % self.steps_per_epoch
        self._bar = tqdm(
            desc=self._name,
            total=self.steps_per_epoch,
            initial=done,
            disable=None if self.log is say else True,  # None: disabled without a terminal
            leave=False,
            unit="step",
        )

    def on_train_batch_end(self, batch, logs=None):
        """Advance the bar; its metrics are means over the epoch so far."""
        shown = {word: f"{logs[name]:.4g}" for name, word in _SHOWN.items() if name in logs}
        self._bar.set_postfix(shown, refresh=False)
        self._bar.update()

    def on_epoch_end(self, epoch, logs=None):
        """Close the bar and print the line."""
        self._bar.close()
        figures = [
            f"{word} {logs[name]:.4g} (validation {logs[f'val_{name}']:.4g})"
            for name, word in _SHOWN.items()
            if name in logs
        ]
        if "active_units" in logs:
            figures.append(f"{logs['active_units']} active units")
        if math.isfinite(logs["examples_per_second"]):  # NaN after one step, which compiles
            figures.append(f"{logs['examples_per_second']:.3g} examples/s")
        self.log(f"{self._name}: {', '.join(figures)}")


def say(line):
    """Write a line to stderr without breaking a progress bar."""
    tqdm.write(line, file=sys.stderr)
