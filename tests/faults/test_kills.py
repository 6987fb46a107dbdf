"""Commands are killed at random moments: what is there is whole, and the same command goes on.

    python -m pytest -m slow -n 0 tests/faults --kills 100 -s

tells the seed, the signal and the moment of each.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import tfaudiogen
from tfaudiogen import presets, saving

pytestmark = pytest.mark.slow
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
TINY = {
    "model.widths": [4, 4],
    "model.strides": [8, 4],
    "model.channels": 4,
    "model.latent_size": 4,
    "model.hidden": 8,
    "model.components": 3,
}
_SET = [word for key, value in TINY.items() for word in ("--set", f"{key}={json.dumps(value)}")]


@pytest.fixture(scope="module")
def there(tmp_path_factory):
    """Return a folder with a model and a data set."""
    from tfaudiogen.data import prepare

    folder = tmp_path_factory.mktemp("there")
    saving.save(presets.get("sinewave_vae", **TINY).build(["sum", "chirp"]), folder / "model")
    shape = presets.get("sinewave_vae").data
    prepare("sinewave", folder / "data", count=48, progress=False, **shape)
    return folder


def start(words, folder):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    environment |= {"PYTHONPATH": str(Path(tfaudiogen.__file__).parent.parent)}
    environment |= {"TMPDIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", "tfaudiogen", *map(str, words)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def prepare(there, out):
    return ["prepare", "sinewave", "--out", out, "--preset", "sinewave_vae", "--count", 400]


def sample(there, out):
    return ["sample", there / "model", "--count", 30, "--out", out]


def export(there, out):
    return ["export", there / "model", "--out", out]


def train(there, out):
    words = ["train", "sinewave_vae", "--data", there / "data", "--out", out, "--epochs", 12]
    resume = ["--resume"] if (out / "preset.json").exists() else []
    return [*words, *_SET, "--set", "fit.jit_compile=false", "--batch-size", 8, *resume]


def is_whole_prepare(out):
    return not out.exists() or bool(tfaudiogen.data.describe(out).examples["train"])


def is_whole_sample(out):
    import soundfile

    record = out / "sample.json"
    named = json.loads(record.read_text())["files"] if record.exists() else []
    lengths = {len(soundfile.read(path)[0]) for path in out.glob("[!.]*.wav")}
    return all((out / name).exists() for name in named) and len(lengths) <= 1


def is_whole_export(out):
    wanted = ("saved_model.pb", "batching_params.pbtxt", "assets.extra/card.md")
    return not out.exists() or all((out / name).is_file() for name in wanted)


def is_whole_train(out):
    if (out / "model.keras").exists():
        tfaudiogen.load(out)
    return True


COMMANDS = {
    prepare: is_whole_prepare,
    sample: is_whole_sample,
    export: is_whole_export,
    train: is_whole_train,
}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_command_that_is_killed_at_any_moment(command, there, tmp_path, request):
    undisturbed = tmp_path / "undisturbed" / "1"
    undisturbed.parent.mkdir()
    began = time.monotonic()
    done = start(command(there, undisturbed), tmp_path)
    said, _ = done.communicate()
    assert done.returncode == 0, said
    seconds = time.monotonic() - began
    for seed in range(request.config.getoption("--kills")):
        draw = random.Random(seed)
        number, moment = draw.choice(SIGNALS), seconds * draw.uniform(0.2, 1.0)
        print(f"{command.__name__}: seed {seed}, {number.name} after {moment:.2f} s", flush=True)
        _kill_and_repeat(command, there, tmp_path / str(seed), number, moment)


def _kill_and_repeat(command, there, folder, number, moment):
    folder.mkdir()
    out = folder / "1"
    process = start(command(there, out), folder)
    time.sleep(moment)
    process.send_signal(number)
    said, _ = process.communicate()
    assert process.returncode in (0, -number, 128 + number), said
    if process.returncode != -number:  # and not before it had begun
        assert "Traceback" not in said
    assert COMMANDS[command](out)
    if process.returncode == 0 and command in (prepare, export):
        return
    again = start(command(there, out), folder)
    said, _ = again.communicate()
    assert again.returncode == 0, said
    assert COMMANDS[command](out)
    left = [
        path.name for path in folder.rglob("*") if "partial" in path.name or ".lock" in path.name
    ]
    assert left == []


@pytest.mark.parametrize("command", [prepare, export, train], ids=lambda one: one.__name__)
def test_of_two_at_once_one_is_refused_in_a_line(command, there, tmp_path):
    out = tmp_path / "1"
    both = [start(command(there, out), tmp_path) for _ in range(2)]
    said = {process.communicate()[0]: process.returncode for process in both}
    assert sorted(said.values()) == [0, 2], said
    refusal = next(text for text, code in said.items() if code == 2)
    assert f"another `tfaudiogen {command.__name__}` (process" in refusal or "already" in refusal
    assert COMMANDS[command](out)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of two megabytes, where that can be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]
    try:
        done = subprocess.run(mount, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("there is no program mount")
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_full_disk_is_said_in_a_line_and_leaves_nothing_half(
    command, there, small_disk, tmp_path
):
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"0" * (2**21 - 2**16))
    process = start(command(there, small_disk / "1"), tmp_path)
    said, _ = process.communicate()
    assert process.returncode in (1, 2), said
    assert "Traceback" not in said
    assert COMMANDS[command](small_disk / "1")
    assert not list(small_disk.rglob(".*partial*"))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_disk_that_cannot_be_written_to_is_found_out_before_the_work(
    command, there, small_disk, tmp_path
):
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    process = start(command(there, small_disk / "1"), tmp_path)
    said, _ = process.communicate()
    assert process.returncode == 2, said
    assert "Read-only file system" in said
    assert "Traceback" not in said
