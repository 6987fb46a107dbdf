"""A callback that ends a run whose validation loss no longer improves."""

import math

import keras


class EarlyStopping(keras.callbacks.Callback):
    """Stops after `patience` epochs in which the validation loss was not lower than its best.

    `CheckpointCallback` keeps the model of the best epoch. The count goes on over a resume, since
    it is made from the history; on each machine of a training the validation loss is the same.

    Args:
        state: the `State` of the run.
        patience: number of epochs; 0 for no early stopping.
        log: function that shows a line to the user.
    """

    def __init__(self, state, patience, log):
        super().__init__()
        self.patience, self._log = patience, log
        self._best, self._epoch, self._without = math.inf, 0, 0
        for row in state.history:
            self._count(row["epoch"], row["val_loss"])

    def on_epoch_end(self, epoch, logs=None):
        """Count the epoch, and stop if it was one too many."""
        self._count(epoch + 1, logs["val_loss"])
        if self.reached():
            self.model.stop_training = True
            self._log(
                f"The validation loss has not improved for {self._without} epochs: stopped after "
                f"epoch {epoch + 1}; the model of epoch {self._epoch} is kept."
            )

    def reached(self):
        """Return whether the run has ended for this reason."""
        return 0 < self.patience <= self._without

    def _count(self, epoch, loss):
        if loss < self._best:
            self._best, self._epoch, self._without = loss, epoch, 0
        else:
            self._without += 1
