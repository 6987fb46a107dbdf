"""What every public class is constructed with and called on, for the conformance tests.

A new public class fails the suite until it has a `Specification` among those of layers or models.
Arguments differ from the defaults, so that one that gets lost on the way through a configuration is
noticed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

import tfaudiogen as tg

BATCH = 4


@dataclass(frozen=True)
class Specification:
    """How a class is tested.

    Attributes:
        cls: the class.
        arguments: function that returns the constructor's arguments.
        inputs: function that returns the input: tensors with leading dimension `BATCH`.
        call: from (object, input) to tensors with leading dimension of the input.
        float32: whether outputs are float32 under every precision policy.
        bfloat16_tolerance: greatest relative distance (of norms) between the outputs under
            mixed_bfloat16 and those under float32.
        owner: public class that this one stands for, where that one is abstract.
        absorbed: constructor's arguments that stand in the configuration of a part.
        variant: distinguishes specifications of one class.
    """

    cls: type
    arguments: Callable[[], dict]
    inputs: Callable[[], tf.Tensor]
    call: Callable = lambda layer, inputs: layer(inputs)
    float32: bool = False
    bfloat16_tolerance: float = 0.02
    owner: type | None = None
    absorbed: frozenset = frozenset()
    variant: str = ""

    def __str__(self):
        return "-".join(filter(None, [self.cls.__name__, self.variant]))

    @property
    def covers(self):
        """The public class that this specification is for."""
        return self.owner or self.cls

    @property
    def is_layer(self):
        return issubclass(self.cls, keras.layers.Layer)

    @property
    def is_model(self):
        return issubclass(self.cls, keras.Model)

    def build(self):
        """Return a new object whose weights are no longer what they start as."""
        keras.utils.set_random_seed(0)
        instance = self.cls(**self.arguments())
        self.call(instance, self.inputs())
        perturb(instance)
        return instance


def perturb(instance):
    """Move all weights: zeros and ones would hide what they multiply."""
    draw = np.random.default_rng(1)
    for weight in getattr(instance, "weights", ()):
        if weight.shape and weight.dtype == "float32":
            sign = draw.normal if weight.trainable else draw.uniform
            weight.assign(weight + (0.05 * sign(size=weight.shape)).astype(np.float32))


def normal(*shape):
    return lambda: tf.constant(np.random.default_rng(0).normal(size=shape), tf.float32)


def images(*shape):
    def draw():
        levels = np.random.default_rng(0).integers(0, 256, (BATCH, *shape))
        return tf.constant(levels / 255, tf.float32)

    return draw


def tones(samples):
    """Waveforms with sound in every bin: the logarithm of rounding errors says nothing."""

    def draw():
        noise_floor = 0.1 * np.random.default_rng(0).normal(size=(BATCH, samples))
        return tf.constant(noise_floor + np.sin(np.arange(samples) / 3), tf.float32)

    return draw


def spectrogram():
    return tg.Spectrogram(8000, 64, 32, 32, 32)


def texts(length):
    """Bytes of texts of several lengths, one of them empty, zeros after them."""
    ends = np.linspace(0, length, BATCH).astype(int)[:, None]
    letters = np.random.default_rng(0).integers(1, 256, (BATCH, length))
    return lambda: tf.constant(np.where(np.arange(length) < ends, letters, 0), tf.int32)


def codes(high, *shape):
    return lambda: tf.constant(np.random.default_rng(0).integers(0, high, (BATCH, *shape)), "int32")
