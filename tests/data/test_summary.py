import pytest

from tfaudiogen.data import describe
from tfaudiogen.data.pipeline.summary import Origin


def test_describe(tones, quick, tmp_path):
    quick(tones)
    summary = describe(tmp_path / "data")
    assert (summary.builder, summary.sample_rate, summary.samples) == ("audio_folder", 8000, 2048)
    assert summary.class_names == ("high", "low")
    assert summary.licence is None
    assert sum(summary.examples.values()) == 20


def test_origins_by_id(tones, quick, tmp_path):
    quick(tones)
    origins = describe(tmp_path / "data").files("train")
    assert len(origins) == describe(tmp_path / "data").examples["train"]
    assert isinstance(origins[0], Origin)
    assert origins[-1] == list(origins)[-1]
    with pytest.raises(IndexError):
        origins[len(origins)]


def test_an_unknown_split(tones, quick, tmp_path):
    quick(tones)
    with pytest.raises(ValueError, match="split must be one of"):
        describe(tmp_path / "data").files("dev")


def test_not_a_data_set(tmp_path):
    with pytest.raises(ValueError, match="tfaudiogen prepare"):
        describe(tmp_path)


def test_a_damaged_data_set(tones, quick, tmp_path):
    quick(tones)
    (tmp_path / "data" / "features.json").write_text("{")
    with pytest.raises(ValueError, match="prepare it again"):
        describe(tmp_path / "data")
