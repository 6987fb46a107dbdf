"""Which devices a training uses."""

import tensorflow as tf


def strategy():
    """Return the `tf.distribute.Strategy`: all graphics cards, if there is more than one."""
    if len(tf.config.list_logical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()
