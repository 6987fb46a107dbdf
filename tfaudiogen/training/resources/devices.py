"""Chooses devices and distribution strategy for training."""

import functools
import json
import os

import tensorflow as tf

STRATEGIES = ("auto", "single", "mirrored", "multiworker")


def choose_strategy(name="auto", replicas=None):
    """Return the `tf.distribute.Strategy` of a name.

    Args:
        name: "single": one device; "mirrored": all GPUs (or logical CPU devices) of this machine;
            "multiworker": the machines in the environment variable TF_CONFIG; "auto":
            "multiworker" if TF_CONFIG names several machines, else "mirrored" if there are several
            GPUs or `replicas` is given, else "single". A strategy is returned unchanged.
        replicas: number of logical CPU devices to create, to try replicas without GPUs.

    Raises:
        ValueError: the name is unknown, TF_CONFIG is invalid, or TensorFlow was already
            initialized with another number of logical CPU devices.
    """
    if isinstance(name, tf.distribute.Strategy):
        return name
    if name not in STRATEGIES:
        raise ValueError(f"strategy must be one of {', '.join(STRATEGIES)}; received {name!r}")
    if name == "multiworker" or (name == "auto" and len(workers()) > 1):
        return _multiworker(replicas)
    if replicas is not None:
        _make_processors(replicas)
    devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    several = replicas is not None or (len(devices) > 1 and devices[0].device_type == "GPU")
    if name == "single" or (name == "auto" and not several):
        return tf.distribute.get_strategy()
    return _mirrored(tuple(device.name for device in devices))


@functools.cache
def _mirrored(devices):
    """Return the one strategy of the devices; a second would receive the first one's messages."""
    return tf.distribute.MirroredStrategy(list(devices))


@functools.cache
def _multiworker(replicas):
    if not workers():
        raise ValueError(
            "strategy multiworker needs the environment variable TF_CONFIG on each machine, for "
            'example {"cluster": {"worker": ["one:2222", "two:2222"]}, "task": {"type": "worker", '
            '"index": 0}}'
        )
    if replicas is not None:
        _make_processors(replicas)
    return tf.distribute.MultiWorkerMirroredStrategy()


def workers():
    """Return the worker addresses in TF_CONFIG; an empty list if it is not set."""
    text = os.environ.get("TF_CONFIG", "")
    try:
        cluster = json.loads(text or "{}").get("cluster", {})
    except (ValueError, AttributeError) as error:
        raise ValueError(f"TF_CONFIG is not a JSON object ({error}); received {text!r}") from error
    return [*cluster.get("chief", []), *cluster.get("worker", [])]


def spans_machines(strategy):
    """Return whether a strategy runs on several machines."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy) and len(workers()) > 1


def memories(strategy):
    """Return the number of separate memories of a strategy: one per GPU, or one for all CPUs."""
    cards = bool(tf.config.list_logical_devices("GPU"))
    return strategy.num_replicas_in_sync if cards else 1


def is_chief(strategy):
    """Return whether this process is the chief, which writes files."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type:
        return True
    chiefs = resolver.cluster_spec().as_dict().get("chief", [])
    return resolver.task_type == "chief" or (not chiefs and resolver.task_id == 0)


def _make_processors(replicas):
    if replicas < 1:
        raise ValueError(f"replicas must be at least 1; received {replicas}")
    processor = tf.config.list_physical_devices("CPU")[0]
    one = tf.config.LogicalDeviceConfiguration()
    try:
        tf.config.set_logical_device_configuration(processor, [one] * replicas)
    except RuntimeError as error:
        found = len(tf.config.list_logical_devices("CPU"))
        if found != replicas:
            raise ValueError(
                f"replicas must be {found}, the number of processors that TensorFlow has started "
                f"with in this process; received {replicas}"
            ) from error
