"""The base class of all signatures, and the limits of requests."""

from dataclasses import dataclass

import tensorflow as tf

from tfaudiogen.serving.request_checks import after, check, check_rows, of_shape, shape_text
from tfaudiogen.serving.signatures.specs import spec

# Warm-up values of inputs for which zero is not valid.
_NOT_ZERO = {"top_p": 1, "guidance": 1, "steps": 16}


@dataclass(frozen=True)
class Limits:
    """Limits of a request, checked inside the graph to protect the server.

    Attributes:
        batch: greatest batch size.
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
    """Base of the signatures of a SavedModel, with the one that all share, `describe`.

    Args:
        model: the model.
        limits: the `Limits` of a request.
    """

    default = None
    """Name of the default signature."""

    def __init__(self, model, limits):
        self.model, self.limits = model, limits

    def entries(self):
        """Return {name: `_entry`} of the model's own signatures."""
        raise NotImplementedError(f"{type(self).__name__} must define entries")

    def table(self):
        """Return {name: (function, {input: TensorSpec})}; the first is the default signature."""
        describe = self._entry(self.describe, spec("row", dtype=tf.int64))
        entries = {**self.entries(), "describe": describe}
        return {"serving_default": entries[self.default], **entries}

    @staticmethod
    def _entry(function, *specs):
        def checked(*tensors):
            return function(*map(of_shape, tensors, specs))

        checked.__doc__ = function.__doc__
        return checked, {spec.name: spec for spec in specs}

    def describe(self, row):
        """Return facts about the model and its class names, repeated for each of int64 [B].

        The values of the input are ignored; its length is the batch size. TensorFlow Serving cannot
        call a signature without inputs, and batches all of them.
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
        """Return the facts that `describe` outputs, without the class names: (lists of) numbers."""
        return {"most_rows": self.limits.batch}

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

    def dummy_input(self, name, wanted):
        """Return (value, dtype, shape) of a valid input for one example of one window."""
        value = "" if wanted.dtype == tf.string else _NOT_ZERO.get(name, 0)
        sizes = [self._free_size(name) if size is None else size for size in wanted.shape[1:]]
        return value, wanted.dtype, [1, *sizes]

    def _free_size(self, name):
        """Return the dynamic size of an input, for one window."""
        raise NotImplementedError(f"{type(self).__name__} must define _free_size")

    def _check_rows(self, *tensors):
        return check_rows(self.limits.batch, *tensors)

    def _check_draw(self, seed, temperature):
        yield check(tf.reduce_all((seed >= 0) & (seed < 2**31)), "seed must be from 0 to 2**31 - 1")
        yield self._check_range("temperature", temperature, 10)

    @staticmethod
    def _check_range(name, values, highest, lowest=0):
        fits = tf.reduce_all((values >= lowest) & (values <= highest))
        return check(fits, f"{name} must be from {lowest} to {highest}")


def _shape_and_type(tensor, name):
    return f"{tensor.dtype.name} {shape_text(tensor.shape, name)}"
