"""The builders on Apache Beam give what they give without it."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

import tfaudiogen
from tfaudiogen.data import describe
from tfaudiogen.data.builders import workers
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.runtime.optional import Unavailable


def test_beam_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    with pytest.raises(Unavailable, match=r"pip install 'tfaudiogen\[beam\]'"):
        workers.Beam("DirectRunner", None).run(print, [], size=len, desc="reading")


def test_a_pipeline_of_several_processes_writes_the_same(tmp_path, quick):
    pytest.importorskip("apache_beam")
    rng = np.random.default_rng(0)
    (tmp_path / "in").mkdir()
    for number in range(8):
        write_noise(rng, tmp_path / "in" / f"{number}.wav")
    (tmp_path / "in" / "text.wav").write_text("no sound")
    expected = quick(tmp_path / "in", "alone", samples=1000)
    config = {"sources": [str(tmp_path / "in")], "sample_rate": 8000, "samples": 1000}
    options = "runner=DirectRunner,direct_num_workers=2,direct_running_mode=multi_processing"
    root = Path(tfaudiogen.__file__).parent.parent
    command = [sys.executable, "-m", "tensorflow_datasets.scripts.cli.main", "build"]
    command += ["audio_folder", "--imports", "tfaudiogen.datasets.audio_folder"]
    command += ["--data_dir", tmp_path / "beam", "--config", json.dumps(config)]
    command += ["--beam_pipeline_options", options]
    subprocess.run(command, check=True, cwd=root)
    (built,) = (tmp_path / "beam" / "audio_folder").glob("*/1.0.0")
    assert describe(built).report() == expected
    for split in expected.splits:
        one, two = Records(tmp_path / "alone", split), Records(built, split)
        assert len(one) == len(two)
        for index in range(len(one)):
            pair = one.example(index), two.example(index)
            assert all(np.array_equal(pair[0][name], pair[1][name]) for name in pair[0])


def write_noise(rng, path):
    soundfile.write(path, rng.normal(size=rng.integers(1000, 9000)) * 0.1, 8000)
