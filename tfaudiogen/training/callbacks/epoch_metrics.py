"""A callback that adds metrics to the logs of an epoch."""

import time

import keras
import tensorflow as tf
from keras import ops

from tfaudiogen.metrics.latents import active_units
from tfaudiogen.training.callbacks.latents import Latents

_ENCODED = 512


class EpochMetrics(keras.callbacks.Callback):
    """Adds metrics to the logs of an epoch that the model does not compute.

    - `learning_rate`: of the last step.
    - `examples_per_second`: training speed, without the step that compiles.
    - `active_units`, for models with a Gaussian posterior: number of latent dimensions in which
      the variance of E[z | x] over the first 512 validation examples exceeds 0.01. Left out if
      there is only one example.

    Args:
        validation: finite dataset of batches.
        batch_size: examples per training step.

    Attributes:
        latents: the `Latents` of these examples; None for a model without Gaussian posterior.
    """

    def __init__(self, validation, batch_size):
        super().__init__()
        self.validation = validation.take(-(-_ENCODED // batch_size))
        self.batch_size = batch_size
        self.latents, self._encode, self._compiled = None, None, False

    def on_epoch_begin(self, epoch, logs=None):
        """Start the clock."""
        self._start, self._stop, self._batches = time.monotonic(), None, 0

    def on_train_batch_end(self, batch, logs=None):
        """Count the step; restart the clock after the step that compiled."""
        if not self._compiled:
            self._compiled, self._start = True, time.monotonic()
        else:
            self._batches += 1

    def on_test_begin(self, logs=None):
        """Stop the clock."""
        self._stop = time.monotonic()

    def on_epoch_end(self, epoch, logs=None):
        """Add the metrics to the logs."""
        if hasattr(self.model, "posterior_parameters"):
            with self.model.averaged():
                self.latents = self._encoded()
            if len(self.latents.means) > 1:  # a single example has no variance
                logs["active_units"] = int(active_units(self.latents.means).sum())
        logs["learning_rate"] = float(ops.convert_to_numpy(self.model.optimizer.learning_rate))
        seconds = (self._stop or time.monotonic()) - self._start
        speed = self._batches * self.batch_size / seconds if self._batches else float("nan")
        logs["examples_per_second"] = speed

    def _encoded(self):
        if self._encode is None:
            self._encode = tf.function(
                lambda images: self.model.posterior_parameters(images),
                reduce_retracing=True,
                autograph=False,
            )
        return Latents.of([(self._encode(b["image"]), b["label"]) for b in self.validation])
