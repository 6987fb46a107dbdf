"""What the signatures of all models have in common."""

import math
from dataclasses import dataclass

import tensorflow as tf

from tfaudiogen.models.windows import windows_for
from tfaudiogen.request_checks import (
    after,
    check,
    check_finite,
    check_rows,
    of_shape,
    shape_text,
)

# Inputs of which a request that changes nothing is not zero.
_NOT_ZERO = {"top_p": 1, "guidance": 1}


@dataclass(frozen=True)
class Limits:
    """What a request may ask for, written into the graph: none can take a server down.

    Attributes:
        batch: most rows.
        seconds: longest waveform.
    """

    batch: int = 32
    seconds: float = 60.0

    def __post_init__(self):
        if self.batch < 1:
            raise ValueError(f"batch must be at least 1; received {self.batch}")
        if not self.seconds > 0:
            raise ValueError(f"seconds must be above 0; received {self.seconds}")


class Signatures:
    """The functions of a SavedModel of an autoencoder: `reconstruct` and `describe`.

    Args:
        model: a model of sounds.
        seconds: duration of what `sample` draws; None for one window.
        limits: the `Limits` of a request.
    """

    default = "reconstruct"

    def __init__(self, model, seconds, limits):
        if seconds is not None and not 0 < seconds <= limits.seconds:
            raise ValueError(
                f"seconds must be above 0 and at most {limits.seconds}; received {seconds}"
            )
        spectrogram = model.spectrogram
        self.model, self.limits = model, limits
        self.rows = self._rows_of(seconds and max(1, round(seconds * spectrogram.sample_rate)))
        self.longest = max(1, int(limits.seconds * spectrogram.sample_rate))
        self.most_windows = windows_for(math.ceil(self.longest / spectrogram.hop), spectrogram)

    def _rows_of(self, samples):
        """Return the graphs of the model; `samples` are those of a drawn sound, None for all."""
        raise NotImplementedError

    def table(self):
        """Return {name: (function, {input: TensorSpec})}; the first is the default signature."""
        entries = {
            "reconstruct": self._entry(self.reconstruct, spec("waveform", None)),
            **self._further(),
            "describe": self._entry(self.describe, spec("row", dtype=tf.int64)),
        }
        return {"serving_default": entries[self.default], **entries}

    def _further(self):
        """Return the entries of `table` that not all models have."""
        raise NotImplementedError

    @staticmethod
    def _entry(function, *specs):
        def checked(*tensors):
            return function(*map(of_shape, tensors, specs))

        checked.__doc__ = function.__doc__
        return checked, {spec.name: spec for spec in specs}

    def reconstruct(self, waveform):
        """Return what the model makes of sounds [B, N]."""
        checks = [*self._check_rows(waveform), *self._check_sound("waveform", waveform)]
        return {"waveform": self.rows.reconstruct(*after(checks, waveform))}

    def describe(self, row):
        """Return the facts, and the class names, once for each row of int64 [B].

        The input says how many rows are wanted and nothing else: TensorFlow Serving cannot be
        asked a signature without inputs, and batches all of them.
        """
        (row,) = after(self._check_rows(row), row)
        facts = {name: tf.constant(value) for name, value in self.facts().items()}
        facts["class_names"] = tf.constant(list(self.model.class_names), tf.string)
        count = tf.shape(row)[:1]
        return {
            name: tf.broadcast_to(fact, tf.concat([count, tf.shape(fact)], axis=0))
            for name, fact in facts.items()
        }

    def facts(self):
        """Return what `describe` tells, but for the class names: numbers and lists of them."""
        spectrogram = self.model.spectrogram
        return {
            "sample_rate": spectrogram.sample_rate,
            "window_samples": spectrogram.samples,
            "most_rows": self.limits.batch,
            "most_samples": self.longest,
        }

    def description(self):
        """Return the facts, the class names and all signatures, as plain values."""
        signatures = {}
        for name, (function, inputs) in self.table().items():
            traced = tf.function(function, list(inputs.values()), autograph=False)
            outputs = traced.get_concrete_function().structured_outputs
            signatures[name] = {
                "says": function.__doc__.splitlines()[0],
                "inputs": {key: _shape_and_type(one, key) for key, one in inputs.items()},
                "outputs": {key: _shape_and_type(tensor, key) for key, tensor in outputs.items()},
            }
        names = list(self.model.class_names)
        return {**self.facts(), "class_names": names, "signatures": signatures}

    def blank(self, name, wanted):
        """Return (value, dtype, shape) of a request of one row and one window that is allowed."""
        value = "" if wanted.dtype == tf.string else _NOT_ZERO.get(name, 0)
        free = self._free_size(name)
        return value, wanted.dtype, [1, *(size or free for size in wanted.shape[1:])]

    def _free_size(self, name):
        """Return the size that an input leaves free, for one window."""
        return 1 if name == "latents" else self.model.spectrogram.samples

    def _check_rows(self, *tensors):
        return check_rows(self.limits.batch, *tensors)

    def _check_sound(self, name, waveform):
        length = tf.shape(waveform)[1]
        yield check(
            (length >= 1) & (length <= self.longest),
            f"{name} must have from 1 to {self.longest} samples at "
            f"{self.model.spectrogram.sample_rate} Hz",
        )
        yield check_finite(name, waveform)

    def _check_draw(self, seed, temperature):
        yield check(tf.reduce_all((seed >= 0) & (seed < 2**31)), "seed must be from 0 to 2**31 - 1")
        yield self._check_range("temperature", temperature, 10)

    @staticmethod
    def _check_range(name, values, highest):
        fits = tf.reduce_all((values >= 0.0) & (values <= float(highest)))
        return check(fits, f"{name} must be from 0 to {highest}")


def spec(name, *shape, dtype=tf.float32):
    """Return the specification of an input with a free number of rows."""
    return tf.TensorSpec([None, *shape], dtype, name)


def _shape_and_type(tensor, name):
    return f"{tensor.dtype.name} {shape_text(tensor.shape, name)}"
