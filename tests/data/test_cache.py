import os
import pathlib
import shutil

import numpy as np
import pytest

from tfaudiogen.data import describe, load_dataset
from tfaudiogen.data.pipeline import cache
from tfaudiogen.disk import temporary
from tfaudiogen.layers.representations.spectrogram import Spectrogram

GEOMETRY = {"sample_rate": 8000, "frame_length": 64, "hop": 32, "frames": 64, "bins": 32}


@pytest.fixture
def data(tones, quick, tmp_path):
    quick(tones)
    return tmp_path / "data"


def load(data, **geometry):
    return list(
        load_dataset(data, Spectrogram(**GEOMETRY | geometry), cache=True).as_numpy_iterator()
    )


def files(data):
    return {path: path.stat().st_mtime_ns for path in data.glob("cache/*/*")}


def test_it_is_written_once_for_a_configuration(data):
    load(data)
    written = files(data)
    load(data)
    assert files(data) == written
    load(data, decibels=(-60.0, 0.0))
    assert len(files(data)) == 2 * len(written)


def test_it_holds_eight_bit_levels(data):
    load(data)
    (path,) = data.glob("cache/train-*/images.uint8")
    images = np.fromfile(path, np.uint8)
    assert len(images) == describe(data).examples["train"] * 64 * 32
    assert images.max() > 200


def test_a_run_that_is_stopped_leaves_no_cache(data, monkeypatch):
    def stop(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(cache, "_fill", stop)
        with pytest.raises(KeyboardInterrupt):
            load(data)
    assert not list((data / "cache").iterdir())
    assert load(data)


def test_what_killed_processes_left_is_removed(data):
    fresh = temporary.temporary_beside(data / "cache" / "train-0")
    left = fresh.with_name(fresh.name.replace(f"-{os.getpid()}-", f"-{2**22 + 1}-"))
    for folder in (left, fresh):
        (folder / "train-0").mkdir(parents=True)
    temporary._looked_after.clear()
    load(data)
    assert fresh.is_dir()
    assert not left.exists()


def test_a_read_only_data_set_is_cached_elsewhere(data, monkeypatch):
    expected = load(data)
    shutil.rmtree(data / "cache")
    real = pathlib.Path.mkdir

    def refuse(self, *args, **kwargs):
        if self.name == "cache":
            raise OSError(30, "Read-only file system")
        return real(self, *args, **kwargs)

    monkeypatch.setattr(pathlib.Path, "mkdir", refuse)
    found = load(data)
    assert not (data / "cache").exists()
    for one, two in zip(expected, found, strict=True):
        np.testing.assert_array_equal(one["image"], two["image"])
