"""A tiny model and tiny sounds for the commands to work on."""

import functools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

import tfaudiogen
from tfaudiogen import presets, saving
from tfaudiogen.cli import main

TINY = {
    "model.widths": [4, 4],
    "model.strides": [8, 4],
    "model.channels": 4,
    "model.latent_size": 4,
    "model.hidden": 8,
    "model.components": 3,
}


@functools.cache
def _loaded(path, changed):
    return saving.load(path)


@pytest.fixture(autouse=True)
def _models_are_read_once(monkeypatch):
    """Share a model that a command has loaded with the commands after it, with all it compiled.

    `test_process` runs the command line in processes of its own.
    """

    def load(name):
        file = Path(name) / "model.keras"
        return _loaded(str(name), file.stat().st_mtime_ns) if file.is_file() else saving.load(name)

    monkeypatch.setattr(tfaudiogen, "load", load)


@pytest.fixture
def run():
    """Return a function that runs `tfaudiogen` with arguments and returns Click's result."""

    def run_command(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run_command


@pytest.fixture
def refused(run):
    """Return a function that checks for exit code 2 and one line, and returns the line."""

    def run_refused(*arguments):
        result = run(*arguments)
        lines = [line for line in result.output.splitlines() if line.startswith("Error: ")]
        assert result.exit_code == 2, result.output
        assert len(lines) == 1, result.output
        assert "Traceback" not in result.output
        assert result.output.rstrip().endswith(lines[0])
        return lines[0]

    return run_refused


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory):
    """Return the folder of an untrained model with the geometry of `sinewave_vae`."""
    folder = tmp_path_factory.mktemp("models") / "tiny"
    saving.save(presets.get("sinewave_vae", **TINY).build(["sum", "chirp"]), folder)
    return folder


@pytest.fixture(scope="session")
def sounds(tmp_path_factory):
    """Return a folder of six sounds in two sub-folders, and one file that is not audio."""
    folder = tmp_path_factory.mktemp("sounds")
    time = np.arange(8000) / 8000
    for label, pitch in (("low", 200), ("high", 1500)):
        (folder / label).mkdir()
        for number in range(3):
            tone = 0.3 * np.sin(2 * np.pi * (pitch + 40 * number) * time)
            soundfile.write(folder / label / f"{number}.wav", tone, 8000)
    (folder / "low" / "text.wav").write_text("not audio")
    return folder
