"""Representations of conditions: texts, weighted labels and embeddings.

Each can be the source of a `Translator` in place of a `Spectrogram` or `Pictures`. `entry` is the
name of its field in a batch.
"""

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import register

CONDITION_KINDS = ("texts", "labels", "vectors")
SEPARATOR = ";"
"""Separates the labels in a class name with several: "gloomy; slow"."""


@register
class Texts(keras.layers.Layer):
    """UTF-8 texts of at most `length` bytes, padded with zeros.

    Args:
        length: S, the greatest number of bytes of a text.

    Call: int32 [B, S] -> the same.

    Raises:
        ValueError: if the length is not at least 1.
    """

    kind, entry = "texts", "caption"

    def __init__(self, length=128, **kwargs):
        super().__init__(**{**kwargs, "dtype": "int32"})
        if length < 1:
            raise ValueError(f"length must be at least 1, received {length}")
        self.length = length

    @property
    def image_shape(self):
        """Shape of one text: (S,)."""
        return (self.length,)

    def call(self, texts):
        return tf.ensure_shape(tf.cast(texts, tf.int32), (None, self.length))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.length)

    def get_config(self):
        return {**super().get_config(), "length": self.length}


@register
class Labels(keras.layers.Layer):
    """Maps classes to label weights that sum to one.

    A class name of several labels, separated by semicolons ("gloomy; slow"), gives each the same
    weight.

    Args:
        names: class names of a data set, in order.

    Call: int32 [B], classes -> float32 [B, K], weights of the K distinct labels in the names;
    zeros where the class is negative (none).

    Raises:
        ValueError: if there are fewer than two labels.
    """

    kind, entry = "labels", "label"

    def __init__(self, names, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.names = list(names)
        self.labels, self.weights_of_classes = labels_of(self.names)
        if len(self.labels) < 2:
            raise ValueError(f"names must be of at least two labels, received {self.names}")

    @property
    def image_shape(self):
        """Shape of the weights of one example: (K,)."""
        return (len(self.labels),)

    def call(self, classes):
        return tf.gather(class_table(self.weights_of_classes), classes + 1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], len(self.labels))

    def get_config(self):
        return {**super().get_config(), "names": self.names}


@register
class Vectors(keras.layers.Layer):
    """External embeddings of a fixed size.

    Args:
        size: E.

    Call: [B, E] -> float32 [B, E], the same.

    Raises:
        ValueError: if the size is not at least 1.
    """

    kind, entry = "vectors", "vector"

    def __init__(self, size, **kwargs):
        super().__init__(**{**kwargs, "dtype": "float32"})
        if size < 1:
            raise ValueError(f"size must be at least 1, received {size}")
        self.size = size

    @property
    def image_shape(self):
        """Shape of one vector: (E,)."""
        return (self.size,)

    def call(self, vectors):
        return tf.ensure_shape(tf.cast(vectors, tf.float32), (None, self.size))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.size)

    def get_config(self):
        return {**super().get_config(), "size": self.size}


def labels_of(names):
    """Return the distinct labels in class names, and the weights [classes, K] of each name.

    Example: `labels_of(["slow", "gloomy; slow"])` is `["slow", "gloomy"]` and
    `[[1, 0], [0.5, 0.5]]`.
    """
    parts = [_parts(name) for name in names]
    labels = list(dict.fromkeys(label for one in parts for label in one))
    weights = np.zeros((len(names), len(labels)), np.float32)
    for row, own in zip(weights, parts, strict=True):
        row[[labels.index(label) for label in own]] = 1.0 / len(own)
    return labels, weights


def class_table(weights):
    """Return float32 [classes + 1, K]: zeros for no class, then the weights of each."""
    return tf.constant(np.concatenate([np.zeros_like(weights[:1]), weights]))


def _parts(name):
    found = [part.strip() for part in name.split(SEPARATOR)]
    return list(dict.fromkeys(filter(None, found))) or [name]
