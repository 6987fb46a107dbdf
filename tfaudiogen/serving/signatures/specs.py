"""Specifications of inputs."""

import tensorflow as tf


def spec(name, *shape, dtype=tf.float32):
    """Return the specification of an input with a dynamic batch size."""
    return tf.TensorSpec([None, *shape], dtype, name)
