"""A callback that stops training at a non-finite loss and names the example that caused it."""

import math

import keras
import numpy as np
from keras import ops


class NonFiniteLoss(ArithmeticError):  # noqa: N818 - says what it is
    """The loss became NaN or infinite.

    Attributes:
        step: number of optimizer steps finished before.
        example: index of the faulty example in its split; None if the weights were non-finite.
        terms: names of the loss terms that are not finite.
    """

    def __init__(self, message, step, example=None, terms=()):
        super().__init__(message)
        self.step, self.example, self.terms = step, example, tuple(terms)


class StopOnFault(keras.callbacks.Callback):
    """Raises `NonFiniteLoss` at the first non-finite loss, naming the example.

    Args:
        origins: {split: sequence of (file, start in seconds) by example index}, for "train" and
            "validation". Without it the message names the index only.
        image: function from (split, example index) to the input image or spectrogram, to check
            it for non-finite values; None to skip this check.
        advice: what the user can do next, appended to the message.
    """

    def __init__(self, origins=None, image=None, advice=""):
        super().__init__()
        self.origins, self.image, self.advice = origins or {}, image, advice

    def on_train_batch_end(self, batch, logs=None):
        """Check the training loss."""
        self._check("train", logs["loss"], self._step() - 1)

    def on_test_batch_end(self, batch, logs=None):
        """Check the validation loss."""
        self._check("validation", logs["loss"], self._step())

    def _step(self):
        return int(ops.convert_to_numpy(self.model.step))

    def _check(self, split, loss, step):
        if math.isfinite(loss):
            return
        example = int(ops.convert_to_numpy(self.model.fault))
        means = self.model.means()
        terms = [name for name, mean in means.items() if not np.isfinite(mean).all()]
        message = (
            f"the loss is not finite in step {step} ({split}), because of example {example}"
            f"{self._origin(split, example)}; not finite: {', '.join(terms)}. "
            f"Likely cause: {self._cause(split, example)}. {self.advice}"
        )
        raise NonFiniteLoss(message.strip(), step, example, terms)

    def _origin(self, split, example):
        if split not in self.origins or example < 0:
            return ""
        file, start = self.origins[split][example]
        return f" (file {file!r})" if start is None else f" (file {file!r} from {start:.2f} s)"

    def _cause(self, split, example):
        if self.image is not None and not np.isfinite(self.image(split, example)).all():
            return "NaN or infinite numbers in the data of this example"
        if faulty_weights(self.model):
            return "the learning rate is too high, the weights themselves are not finite"
        if self.model.compute_dtype == "float16":
            return "16-bit overflow; train in float32 or bfloat16"
        return "the learning rate is too high for this example, or its values are extreme"


def faulty_weights(model):
    """Return the paths of the trainable weights that contain NaN or infinity."""
    return [
        weight.path for weight in model.trainable_weights if not bool(ops.all(ops.isfinite(weight)))
    ]


def check_weights(model, step, advice=""):
    """Raise NonFiniteLoss if a trainable weight is not finite, so that it is never saved."""
    faulty = faulty_weights(model)
    if faulty:
        raise NonFiniteLoss(
            f"weights are not finite after step {step}: {', '.join(faulty[:3])}. Likely cause: "
            f"the learning rate is too high. {advice}".strip(),
            step,
        )
