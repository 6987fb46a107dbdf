"""The program as a user starts it: quiet, interruptible, the whole way from sounds to sounds."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import tfaudiogen


@pytest.fixture
def command():
    """Return a function from arguments to what `subprocess` needs to start `tfaudiogen`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TF")}
    environment["PYTHONPATH"] = str(Path(tfaudiogen.__file__).parent.parent)

    def prepared(*arguments):
        words = [sys.executable, "-m", "tfaudiogen", *map(str, arguments)]
        return {"args": words, "env": environment, "text": True, "stderr": subprocess.PIPE}

    return prepared


def test_nothing_but_its_own_words(command, model_folder, tmp_path):
    words = command("sample", model_folder, "--count", 1, "--out", tmp_path / "a")
    process = subprocess.run(**words, stdout=subprocess.PIPE, check=False)
    assert process.returncode == 0, process.stderr
    assert process.stdout == f"Wrote 1 sounds with their pictures to {tmp_path / 'a'}.\n"
    assert process.stderr == f"Sampling 1 from {model_folder} ...\nwriting\n"


@pytest.mark.slow
def test_an_encoding_that_lacks_letters_is_no_failure(command, sounds, tmp_path):
    out = tmp_path / "Größe 日本"
    words = command("compare", *(sounds / "low" / f"{n}.wav" for n in (0, 1)), "--out", out)
    words["env"] |= {"PYTHONIOENCODING": "latin-1"}
    process = subprocess.run(**{**words, "text": False}, stdout=subprocess.PIPE, check=False)
    assert process.returncode == 0, process.stderr
    assert out.is_file()
    assert b"\\u65e5" in process.stdout


@pytest.mark.slow
def test_an_interruption_leaves_no_trace(command, model_folder, tmp_path):
    words = command("sample", model_folder, "--count", 500, "--out", tmp_path / "a")
    with subprocess.Popen(**words) as process:
        assert process.stderr.readline().startswith("Sampling 500")
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=120)[1]
    assert process.returncode == 130
    assert rest.strip().endswith("Stopped.")
    assert "Traceback" not in rest


@pytest.mark.slow
def test_from_sounds_to_sounds(run, sounds, tmp_path):
    data, folder = tmp_path / "data", tmp_path / "run"
    tiny = ("--set", "model.widths=[4,4]", "--set", "model.strides=[8,4]", "--batch-size", 4)
    steps = [
        ("prepare", sounds, "--out", data, "--preset", "sinewave_vae"),
        ("train", "sinewave_vae", "--data", data, "--out", folder, "--steps", 2, *tiny),
        (
            *("evaluate", folder, "--data", data, "--out", tmp_path / "report.json"),
            *("--samples", 3, "--limit", 2),
        ),
        ("sample", folder, "--count", 1, "--out", tmp_path / "samples"),
    ]
    for step in steps:
        result = run(*step)
        assert result.exit_code == 0, result.output
    assert (tmp_path / "samples" / "sample_000.wav").is_file()
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["bits_per_dimension"]["mean"] > 0
    assert (report["windows"], report["negative_log_prob"]["samples"]) == (2, 3)
