"""Two processes that train as two machines would: equal to one device, and safe to kill."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
import small_models

import tfaudiogen
from tfaudiogen.training import train

pytestmark = pytest.mark.slow

# Prints each step, and checkpoints each.
WORKER = """
import sys
sys.path.insert(0, sys.argv[1])
from conftest import tiny_preset
from tfaudiogen.training import train
from tfaudiogen.training.callbacks import checkpointing
checkpointing._CHECKPOINT_SECONDS = 0.0
count = checkpointing.Limits.on_train_batch_end
def reported(self, batch, logs=None):
    count(self, batch, logs)
    print("step", self.state.step, flush=True)
checkpointing.Limits.on_train_batch_end = reported
options = {"resume": sys.argv[4] == "resume", "strategy": "multiworker", "progress": False}
train(tiny_preset(**{"fit.jit_compile": sys.argv[5] == "compiled"}), *sys.argv[2:4], **options)
print("finished", flush=True)
"""


# Evaluates examples without numbers, in uneven batches.
EVALUATOR = """
import sys
import numpy as np
import tensorflow as tf
strategy = tf.distribute.MultiWorkerMirroredStrategy()
sys.path.insert(0, sys.argv[1])
from small_models import noisy
model, values = noisy(strategy), np.arange(11, dtype=np.float32)
print(*[model.evaluate(values, batch_size=size, verbose=0) for size in (3, 11)])
"""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("localhost", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def start(script, *arguments):
    """Start both workers; the first one is the chief."""
    addresses = [f"localhost:{port}" for port in free_ports(2)]
    workers = []
    for index in range(2):
        task = {"type": "worker", "index": index}
        config = json.dumps({"cluster": {"worker": addresses}, "task": task})
        workers.append(
            subprocess.Popen(
                [sys.executable, "-c", script, *arguments],
                env={**os.environ, "TF_CONFIG": config},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    return workers


def train_both(data, out, *options):
    """Start a training on both."""
    return start(WORKER, os.path.dirname(__file__), data, out, *options)


def finish(workers):
    """Return the output of both; neither may fail."""
    results = [worker.communicate(timeout=300) for worker in workers]
    for worker, (_, errors) in zip(workers, results, strict=True):
        assert worker.returncode == 0, errors[-3000:]
    return [output for output, _ in results]


def losses(folder):
    with open(folder / "history.csv", newline="") as file:
        return np.array([[float(r["loss"]), float(r["val_loss"])] for r in csv.DictReader(file)])


def assert_equal_to_one_device(out, finished):
    np.testing.assert_allclose(losses(out), losses(finished), rtol=1e-5)
    model, expected = tfaudiogen.load(out), tfaudiogen.load(finished)
    for one, two in zip(model.weights, expected.weights, strict=True):
        one, two = np.float64(one), np.float64(two)
        assert np.linalg.norm(one - two) <= 1e-5 * max(np.linalg.norm(two), 1e-3)


def test_two_machines_equal_one_device(tmp_path, data, finished):
    outputs = finish(train_both(data, tmp_path / "run", "begin", "compiled"))
    assert all(output.splitlines()[-2:] == ["step 18", "finished"] for output in outputs)
    assert_equal_to_one_device(tmp_path / "run", finished)


@pytest.mark.parametrize("lost", [0, 1], ids=["chief", "worker"])
def test_a_lost_machine_ends_the_others_and_all_can_go_on(tmp_path, data, finished, lost):
    out = tmp_path / "run"
    workers = train_both(data, out, "begin", "plain")
    for line in workers[lost].stdout:
        if line == "step 8\n":
            break
    workers[lost].send_signal(signal.SIGKILL)
    killed = time.monotonic()
    _, errors = workers[1 - lost].communicate(timeout=120)
    assert time.monotonic() - killed < 60
    assert workers[1 - lost].returncode != 0
    assert "another machine of this training has stopped" in errors
    assert "--resume" in errors
    workers[lost].communicate()
    finish(train_both(data, out, "resume", "plain"))
    assert_equal_to_one_device(out, finished)


def test_examples_are_numbered_over_machines():
    """Their noise, and with it the loss, is that of one device."""
    expected = small_models.noisy_loss(np.arange(11, dtype=np.float32))
    for output in finish(start(EVALUATOR, os.path.dirname(small_models.__file__))):
        np.testing.assert_allclose([float(loss) for loss in output.split()], expected, rtol=1e-6)


def test_minutes_are_refused(tmp_path, preset, data, monkeypatch):
    import tensorflow as tf

    class TwoMachines(tf.distribute.MultiWorkerMirroredStrategy):
        def __init__(self):
            """Start no cluster."""

    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["one:1", "two:1"]}}')
    with pytest.raises(ValueError, match="whose clocks differ; received 5"):
        train(preset, data, tmp_path / "run", minutes=5, strategy=TwoMachines())
