import pytest
import tensorflow as tf

from tfaudiogen.training.resources import devices


def test_one_processor_is_a_single_device():
    assert devices.choose_strategy().num_replicas_in_sync == 1
    assert devices.choose_strategy("single").num_replicas_in_sync == 1


def test_a_strategy_is_taken_as_it_is(mirrored):
    assert devices.choose_strategy(mirrored) is mirrored


def test_replicas_must_fit_the_processors_in_use():
    tf.config.list_logical_devices()
    with pytest.raises(ValueError, match="replicas must be 2, .*; received 5"):
        devices.choose_strategy("mirrored", replicas=5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("both",), "strategy must be one of auto, single, mirrored, multiworker; received 'both'"),
        (("mirrored", 0), "replicas must be at least 1; received 0"),
        (("multiworker",), "needs the environment variable TF_CONFIG"),
    ],
)
def test_bad_choices_are_named(arguments, message, monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(ValueError, match=message):
        devices.choose_strategy(*arguments)


def test_a_damaged_cluster_is_named(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "worker 0")
    with pytest.raises(ValueError, match="TF_CONFIG is not a JSON object .*received 'worker 0'"):
        devices.choose_strategy("auto")
