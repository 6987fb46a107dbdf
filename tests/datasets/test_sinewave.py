import numpy as np
import pytest

from tfaudiogen.data import describe
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.datasets.sinewave import FAMILIES, synthesise


def windows(folder):
    for split in ("train", "validation", "test"):
        records = Records(folder, split)
        yield from (records.example(index) for index in range(len(records)))


def test_counts_and_labels(quick, tmp_path):
    report = quick(["sinewave"], count=50)
    assert report.builder == "sinewave"
    assert sum(report.total(split).windows for split in report.splits) == 50
    assert describe(tmp_path / "data").class_names == tuple(FAMILIES)
    for window in windows(tmp_path / "data"):
        assert window["source"].decode().startswith(list(FAMILIES)[window["label"]])
        assert window["length"] == 2048


def test_a_seed_gives_the_same_sounds_and_another_seed_others(quick, tmp_path):
    for out, seed in (("one", 0), ("two", 0), ("other", 1)):
        quick([], out, builder="sinewave", count=10, seed=seed)
    one, two, other = (
        np.stack([window["audio"] for window in windows(tmp_path / out)])
        for out in ("one", "two", "other")
    )
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


def test_a_longer_set_begins_with_the_shorter_one(quick, tmp_path):
    quick(["sinewave"], "short", count=20)
    quick(["sinewave"], "long", count=40)
    long = {window["source"]: window["audio"] for window in windows(tmp_path / "long")}
    for window in windows(tmp_path / "short"):
        np.testing.assert_array_equal(window["audio"], long[window["source"]])


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("sample_rate", [4000, 22050])
def test_sounds_stay_in_level_and_band(family, sample_rate):
    highest = min(4000, 0.45 * sample_rate)
    for seed in range(5):
        sound = synthesise(family, np.random.default_rng(seed), 2 * sample_rate, sample_rate)
        assert 0.2 < np.max(np.abs(sound)) <= 0.9
        power = np.abs(np.fft.rfft(sound)) ** 2
        above = np.fft.rfftfreq(len(sound), 1 / sample_rate) > 1.05 * highest
        assert power[above].sum() < 0.01 * power.sum()


@pytest.mark.parametrize(("family", "sign"), [("ascending", 1), ("descending", -1)])
def test_chirps_go_where_their_name_says(family, sign):
    for seed in range(5):
        sound = synthesise(family, np.random.default_rng(seed), 44100, 22050)
        crossings = np.flatnonzero(np.diff(np.signbit(sound)))
        early, late = (np.count_nonzero(half) for half in (crossings < 22050, crossings >= 22050))
        assert sign * (late - early) > 0


def test_too_few(quick):
    with pytest.raises(ValueError, match="count must be at least 3"):
        quick(["sinewave"], count=2)
