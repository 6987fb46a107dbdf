"""The signatures of a SavedModel: checks of a request, then the model's graphs row by row."""

from dataclasses import dataclass

import tensorflow as tf

from tfaudiogen.models.rows import Rows
from tfaudiogen.request_checks import (
    after,
    check,
    check_finite,
    check_rows,
    of_shape,
    shape_text,
)

_ANY = -1


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
    """The functions of a SavedModel: checks of a request, then the model's graphs row by row.

    Args:
        model: a model of sounds.
        seconds: duration of what `sample` draws; None for one window.
        limits: the `Limits` of a request.
    """

    def __init__(self, model, seconds, limits):
        spectrogram = model.spectrogram
        self.model, self.limits = model, limits
        samples = seconds and max(1, round(seconds * spectrogram.sample_rate))
        self.rows = Rows(model, samples)
        self.longest = int(limits.seconds * spectrogram.sample_rate)

    def table(self):
        """Return {name: (function, {input: TensorSpec})}; the first is the default signature."""
        waveform, latents = _spec("waveform", None), _spec("latents", self.model.latent_size)
        seed, component = (_spec(name, dtype=tf.int64) for name in ("seed", "component"))
        number = {name: _spec(name) for name in ("temperature", "fraction")}
        return {
            "serving_default": self._entry(self.sample, seed, number["temperature"], component),
            "sample": self._entry(self.sample, seed, number["temperature"], component),
            "reconstruct": self._entry(self.reconstruct, waveform),
            "encode": self._entry(self.encode, waveform),
            "decode": self._entry(self.decode, latents),
            "log_prob": self._entry(self.log_prob, waveform),
            "interpolate": self._entry(
                self.interpolate, _spec("a", None), _spec("b", None), number["fraction"]
            ),
            "describe": self._entry(self.describe, _spec("row", dtype=tf.int64)),
        }

    @staticmethod
    def _entry(function, *specs):
        def checked(*tensors):
            return function(*map(of_shape, tensors, specs))

        checked.__doc__ = function.__doc__
        return checked, {spec.name: spec for spec in specs}

    def sample(self, seed, temperature, component):
        """Draw sounds: seed int64 [B], temperature [B], component int64 [B] (-1: any)."""
        components = self.model.prior.components
        checks = [
            *self._rows(seed, temperature, component),
            check(tf.reduce_all((seed >= 0) & (seed < 2**31)), "seed must be from 0 to 2**31 - 1"),
            check(
                tf.reduce_all((temperature >= 0.0) & (temperature <= 10.0)),
                "temperature must be from 0 to 10",
            ),
            check(
                tf.reduce_all((component >= _ANY) & (component < components)),
                f"component must be from 0 to {components - 1}, or -1 for any",
            ),
        ]
        seed, temperature, component = after(checks, seed, temperature, component)
        index = tf.zeros_like(seed)
        return {"waveform": self.rows.sample(seed, index, temperature, component)}

    def reconstruct(self, waveform):
        """Return what the model makes of sounds [B, N] of any length within the limit."""
        checks = [*self._rows(waveform), *self._sound("waveform", waveform, self.longest)]
        return {"waveform": self.rows.reconstruct(*after(checks, waveform))}

    def encode(self, waveform):
        """Return the posterior means [B, D] of sounds [B, N] of at most one window."""
        checks = [*self._rows(waveform), *self._of_a_window("waveform", waveform)]
        return {"latents": self.rows.encode(*after(checks, waveform))}

    def decode(self, latents):
        """Return the waveforms [B, N] of latents [B, D]."""
        checks = [*self._rows(latents), check_finite("latents", latents)]
        return {"waveform": self.rows.decode(*after(checks, latents))}

    def log_prob(self, waveform):
        """Return the importance-weighted bound [B] in nats of sounds of at most one window."""
        checks = [*self._rows(waveform), *self._of_a_window("waveform", waveform)]
        (waveform,) = after(checks, waveform)
        zeros = tf.zeros(tf.shape(waveform)[:1], tf.int64)
        return {"log_prob": self.rows.log_prob(waveform, zeros, zeros)}

    def interpolate(self, a, b, fraction):
        """Return sounds [B, N], a fraction [B] of the way from a to b in the latent space."""
        checks = [
            *self._rows(a, b, fraction),
            *self._of_a_window("a", a),
            *self._of_a_window("b", b),
            check(
                tf.reduce_all((fraction >= 0.0) & (fraction <= 1.0)), "fraction must be from 0 to 1"
            ),
        ]
        return {"waveform": self.rows.interpolate(*after(checks, a, b, fraction))}

    def describe(self, row):
        """Return the facts, and the class names, once for each row of int64 [B].

        The input says how many rows are wanted and nothing else: TensorFlow Serving cannot be
        asked a signature without inputs, and batches all of them.
        """
        (row,) = after(self._rows(row), row)
        facts = {name: tf.constant(value) for name, value in self._facts().items()}
        facts["class_names"] = tf.constant(list(self.model.class_names), tf.string)
        count = tf.shape(row)[:1]
        return {
            name: tf.broadcast_to(fact, tf.concat([count, tf.shape(fact)], axis=0))
            for name, fact in facts.items()
        }

    def _facts(self):
        spectrogram = self.model.spectrogram
        return {
            "sample_rate": spectrogram.sample_rate,
            "window_samples": spectrogram.samples,
            "sample_samples": self.rows.samples,
            "latent_size": self.model.latent_size,
            "components": self.model.prior.components,
            "log_prob_draws": self.rows.draws,
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
                "inputs": {key: _shape_and_type(spec) for key, spec in inputs.items()},
                "outputs": {key: _shape_and_type(tensor) for key, tensor in outputs.items()},
            }
        names = list(self.model.class_names)
        return {**self._facts(), "class_names": names, "signatures": signatures}

    def _rows(self, *tensors):
        return check_rows(self.limits.batch, *tensors)

    def _of_a_window(self, name, waveform):
        return self._sound(name, waveform, self.model.spectrogram.samples)

    def _sound(self, name, waveform, longest):
        length = tf.shape(waveform)[1]
        yield check(
            (length >= 1) & (length <= longest),
            f"{name} must have from 1 to {longest} samples at "
            f"{self.model.spectrogram.sample_rate} Hz",
        )
        yield check_finite(name, waveform)


def _spec(name, *shape, dtype=tf.float32):
    return tf.TensorSpec([None, *shape], dtype, name)


def _shape_and_type(tensor):
    return f"{tensor.dtype.name} {shape_text(tensor.shape)}"
