"""What the tests of faults share: a model, a data set, and what starts commands."""

import time

import commands
import forking
import pytest


@pytest.fixture(scope="session")
def there(tmp_path_factory):
    """Return a folder with a model and a data set."""
    from tfaudiogen import presets, saving
    from tfaudiogen.data import prepare

    folder = tmp_path_factory.mktemp("there")
    preset = presets.get("sinewave_vae", **commands.TINY)
    saving.save(preset.build(["sum", "chirp"]), folder / "model")
    prepare("sinewave", folder / "data", count=48, progress=False, **commands.SHAPE)
    return folder


@pytest.fixture(scope="session")
def started(tmp_path_factory):
    """Return what starts commands, one after another."""
    made = forking.Commands(tmp_path_factory.mktemp("started") / "log")
    yield made
    made.close()


@pytest.fixture(scope="session")
def undisturbed(there, started, tmp_path_factory):
    """Return a function from a command to what it leaves when nothing happens, and its seconds."""
    known = {}

    def run(command):
        if command not in known:
            folder = tmp_path_factory.mktemp(command.__name__)
            out, log = folder / "1", folder / "log"
            started.start(command(there, out), folder, log)
            began = time.monotonic()
            assert started.wait() == 0, log.read_text()
            known[command] = commands.content(command, out), time.monotonic() - began
        return known[command]

    return run
