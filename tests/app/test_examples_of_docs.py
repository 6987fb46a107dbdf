"""The examples of docs/app.md, run as they stand but for the port and the names of the models."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from page_actions import is_sound
from PIL import Image
from source_tree import ROOT

pytestmark = pytest.mark.slow
DOCS = ROOT / "docs" / "app.md"
# What stands for the models of the examples: those of the server under test.
NAMES = {"speech_vae": "tiny", "speaker": "composer", "composer": "labels", "embedder": "matcher"}


@pytest.fixture
def place(tmp_path, tone):
    """A folder with the files that the examples send."""
    shutil.copy(tone, tmp_path / "seven.wav")
    levels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    for name in ("seven.png", "cover.png"):
        Image.fromarray(levels).save(tmp_path / name)
    return tmp_path


def example(kind, server):
    """Return the text of the one example of a kind of the HTTP interface."""
    (text,) = re.findall(
        rf"```{kind}\n(.*?)```", DOCS.read_text().split("## HTTP interface")[1], re.S
    )
    text = text.replace("http://127.0.0.1:7860", server.url)
    ask = re.compile(r"(/api/models/|{server}/)(\w+)(?=/)")
    return ask.sub(lambda found: found[1] + NAMES.get(found[2], found[2]), text)


def printed(command, place):
    done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def heard(path):
    return is_sound(soundfile.read(path)[0])


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl (Debian package curl)")
def test_curl(place, server):
    text = example("bash", server).replace("curl -s ", "curl -sS --fail-with-body -w '\\n' ")
    models, likely, vector = filter(None, printed(["bash", "-ec", text], place).splitlines())
    assert len(json.loads(models)["models"]) > 1
    assert json.loads(likely)["bits_per_dimension"] > 0
    assert np.linalg.norm(json.loads(vector)["vector"]) == pytest.approx(1, abs=1e-4)
    assert all(heard(place / name) for name in ("new.wav", "again.wav", "tagged.wav"))
    assert soundfile.info(place / "new.wav").duration == 3
    assert len(json.loads((place / "labels.json").read_text())["labels"]) == 3
    assert {Image.open(place / name).size for name in ("seven.png", "captioned.png")} == {(8, 8)}


def test_python(place, server):
    cosine = float(printed([sys.executable, "-c", example("python", server)], place))
    assert -1 <= cosine <= 1
    assert all(heard(place / f"{name}.wav") for name in ("new", "again", "composed", "weighted"))
    assert Image.open(place / "seven.png").size == (8, 8)
