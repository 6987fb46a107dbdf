"""Callbacks that save checkpoints and stop a run when it reaches a limit."""

import contextlib
import signal
import time

import keras
from keras import ops

from tfaudiogen import saving
from tfaudiogen.models.training_step import lora
from tfaudiogen.runtime.interruption import Stopped, answering
from tfaudiogen.training import checkpoint
from tfaudiogen.training.callbacks.faults import check_weights

_CHECKPOINT_SECONDS = 300.0


class Interrupted(Stopped):
    """Training was stopped by a signal, such as Ctrl-C, after everything was saved.

    Attributes:
        number: signal number.
        folder: the run folder.
        step: number of finished optimizer steps.
        command: the command line that resumes the run.
    """

    def __init__(self, folder, step, command, number=signal.SIGINT):
        super().__init__(
            f"Stopped after step {step}; everything is saved in {folder}. Go on with: {command}",
            number,
        )
        self.folder, self.step, self.command = folder, step, command


class Limits(keras.callbacks.Callback):
    """Counts the steps of a run and stops training when a limit is reached.

    Args:
        state: the `State` of the run; its `step` is incremented.
        steps: maximum steps of the run; None for no limit.
        seconds: maximum time of the run over all its processes; None for no limit.
    """

    def __init__(self, state, steps=None, seconds=None):
        super().__init__()
        self.state, self.steps, self.seconds = state, steps, seconds

    def on_train_batch_end(self, batch, logs=None):
        """Count the step, and stop if it was the last."""
        self.state.step += 1
        if self.reached():
            self.model.stop_training = True

    def reached(self):
        """Return whether a limit is reached."""
        enough = self.steps is not None and self.state.step >= self.steps
        return enough or (self.seconds is not None and self.state.elapsed() >= self.seconds)


class RestoreTotals(keras.callbacks.Callback):
    """Restores the running metric sums of an interrupted epoch, which Keras resets on resuming.

    Args:
        totals: sums of the unfinished epoch, from the checkpoint; None if there are none.
        unfinished: whether training resumes within an epoch.
    """

    def __init__(self, totals, unfinished):
        super().__init__()
        self._totals = totals if unfinished else None

    def on_epoch_begin(self, epoch, logs=None):
        """Restore the sums, once."""
        if self._totals is not None:
            self.model.totals.assign(self._totals)
        self._totals = None


class CheckpointCallback(keras.callbacks.Callback):
    """Saves the best model and checkpoints, and stops after a signal when both are written.

    `model.keras` is the model of the epoch with the lowest validation loss. If only an adapter is
    trained, `adapter.npz` is written beside it. The checkpoint is written at the end of each
    epoch, every five minutes within an epoch, and after a signal.

    Args:
        folder: the run folder.
        state: the `State` of the run.
        steps_per_epoch: training steps per epoch.
        report: function without arguments that writes the report files of the run.
        resume_command: the command line that resumes the run.

    Attributes:
        stopped_by: number of the signal received; None if there was none.
    """

    def __init__(self, folder, state, steps_per_epoch, report, resume_command):
        super().__init__()
        self.folder, self.state, self.steps_per_epoch = folder, state, steps_per_epoch
        self.report, self.resume_command = report, resume_command
        self._totals, self._written = None, time.monotonic()
        self.stopped_by, self._bare = None, None

    def on_train_batch_end(self, batch, logs=None):
        """Write the checkpoint every five minutes and after a signal; after a signal, stop."""
        if self.state.step % self.steps_per_epoch == 0 or self.model.stop_training:
            return  # on_epoch_end comes next and saves more
        if self.stopped_by or time.monotonic() - self._written >= _CHECKPOINT_SECONDS:
            self._write(ops.convert_to_numpy(self.model.totals))

    def on_test_begin(self, logs=None):
        """Save the training sums, which validation overwrites."""
        self._totals = ops.convert_to_numpy(self.model.totals)

    def on_epoch_end(self, epoch, logs=None):
        """Add a row to the history, save the model if it is the best, write the checkpoint."""
        row = {"epoch": epoch + 1, "step": self.state.step, "seconds": self.state.elapsed()}
        self.state.history.append({**row, **logs})
        check_weights(self.model, self.state.step)
        if self.state.best is None or logs["val_loss"] < self.state.best["val_loss"]:
            self._bare = self._bare or saving.bare_copy(self.model)
            with self.model.averaged():
                saving.save(self.model, self.folder, self._bare)
                if getattr(self.model, "lora_rank", 0):
                    self.model.save_adapter(self.folder / lora.NAME)
            self.state.best = self.state.history[-1]
        self.report()
        self._write(self._totals)

    def _write(self, totals):
        check_weights(self.model, self.state.step)
        checkpoint.write(self.folder, self.model, self.state, totals)
        self._written = time.monotonic()
        self.stop_if_asked()

    def stop_if_asked(self):
        """Raise `Interrupted` if there was a signal; to be called after everything is saved."""
        if self.stopped_by:
            command = self.resume_command
            raise Interrupted(self.folder, self.state.step, command, self.stopped_by)


@contextlib.contextmanager
def interrupt_after_step(checkpoints, log):
    """Context in which a signal stops training after the current step, with everything saved.

    A second Ctrl-C stops at once. Repeated other signals do not: closing a terminal or stopping a
    service may send them twice.

    Args:
        checkpoints: the `CheckpointCallback` that saves.
        log: function that shows a line to the user.
    """

    def note(number, pass_on):
        if checkpoints.stopped_by is None:
            checkpoints.stopped_by = number
            # The terminal may be gone, or another write to it may be in progress.
            with contextlib.suppress(OSError, RuntimeError):
                log("Saving after this step ... (Ctrl-C again stops at once.)")
        elif number == signal.SIGINT:
            pass_on()

    with answering(note):
        yield
    checkpoints.stop_if_asked()  # the step may have been the last
