"""Settings that must be made before TensorFlow starts, for the whole suite."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import pytest
import tensorflow as tf
from hypothesis import settings

# Two devices on one processor: what runs on them runs on two graphics cards.
tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0],
    [tf.config.LogicalDeviceConfiguration(), tf.config.LogicalDeviceConfiguration()],
)

# Derandomised, so that a run is repeatable; no deadline, since the first example compiles.
settings.register_profile("suite", deadline=None, derandomize=True, max_examples=20)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def mirrored():
    """Return a strategy of two replicas on logical processors.

    One for the whole session: collective operations are numbered for each strategy, and two
    strategies over the same devices take each other's numbers for their own.
    """
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
