"""A server that is stopped while it trains, in whatever way and by whoever is impatient."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import tfaudiogen
from tfaudiogen.runtime.interruption import SIGNALS

pytestmark = pytest.mark.slow

# The command `app`, which begins a training as if somebody had asked for it on the page.
SERVER = """
import json, sys
from tfaudiogen.app import serving, trainings
from tfaudiogen.cli import main
serve = serving.serve
def serve_and_train(studio, *rest):
    changes = "\\n".join(f"{key}={json.dumps(value)}" for key, value in TINY.items())
    trainings.start(studio, "mine", "sinewave_vae", "tones", 1000, 8, changes=changes)
    serve(studio, *rest)
serving.serve = serve_and_train
main(sys.argv[1:])
"""


def wait_for(path, process):
    end = time.monotonic() + 300
    while not path.exists():
        assert process.poll() is None, process.stdout.read()
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def server(tmp_path, model_folder, data):
    """A server with a training that has had an epoch; afterwards nothing of it may be left."""
    from conftest import TINY

    pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")
    (tmp_path / "temporary").mkdir()
    words = ["app", model_folder, "--data", data, "--out", tmp_path / "out", "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, "-c", f"TINY = {json.loads(json.dumps(TINY))}\n{SERVER}", *words],
        env=os.environ
        | {
            "PYTHONPATH": str(Path(tfaudiogen.__file__).parent.parent),
            "TMPDIR": str(tmp_path / "temporary"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for(tmp_path / "out" / "runs" / "mine" / "history.csv", process)
        yield process
    finally:
        for child in psutil.Process().children(recursive=True):
            if str(tmp_path) in " ".join(child.cmdline()):
                child.kill()
        process.wait()


def processes_of(folder):
    # Those that end meanwhile have none.
    lines = [one.info["cmdline"] or [] for one in psutil.process_iter(["cmdline"])]
    return [line for line in lines if str(folder) in " ".join(line)]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_saves_the_training_and_leaves_nothing(server, tmp_path, number):
    for _ in range(3):
        server.send_signal(number)
        time.sleep(0.2)
    said, _ = server.communicate(timeout=120)
    assert server.returncode == 128 + number, said
    assert "Traceback" not in said
    assert processes_of(tmp_path) == []
    assert list((tmp_path / "temporary").iterdir()) == []
    run = tmp_path / "out" / "runs" / "mine"
    assert (run / "checkpoint.npz").is_file()
    log = (tmp_path / "out" / "logs" / "mine.log").read_text()
    assert "everything is saved" in log
    assert log.rstrip().endswith("--resume")
