"""Chooses the devices and the distribution strategy of a training."""

import functools
import json
import os

import tensorflow as tf

STRATEGIES = ("auto", "single", "mirrored", "multiworker")


def choose_strategy(name="auto", replicas=None):
    """Return the `tf.distribute.Strategy` of a name.

    Args:
        name: "single", one device; "mirrored", all graphics cards (or logical processors) of this
            machine; "multiworker", the machines that the environment variable TF_CONFIG lists;
            "auto": the last where TF_CONFIG names several, mirrored where there are several
            devices, else single. Or a strategy, which is returned.
        replicas: make so many logical processors, to try replicas without graphics cards.

    Raises:
        ValueError: the name is unknown, TF_CONFIG does not fit, or TensorFlow has started with
            another number of processors.
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
    """Return the strategy of the devices: a second one would take the first one's messages."""
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
    """Return the addresses of the workers in TF_CONFIG; none without it."""
    text = os.environ.get("TF_CONFIG", "")
    try:
        cluster = json.loads(text or "{}").get("cluster", {})
    except (ValueError, AttributeError) as error:
        raise ValueError(f"TF_CONFIG is not a JSON object ({error}); received {text!r}") from error
    return [*cluster.get("chief", []), *cluster.get("worker", [])]


def spans_machines(strategy):
    """Return whether a strategy has several processes."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy) and len(workers()) > 1


def memories(strategy):
    """Return how many memories the devices of a strategy have: processors share one."""
    cards = bool(tf.config.list_logical_devices("GPU"))
    return strategy.num_replicas_in_sync if cards else 1


def is_chief(strategy):
    """Return whether this process is the one that writes."""
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
