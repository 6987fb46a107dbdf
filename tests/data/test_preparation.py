import os

import numpy as np
import pytest
import soundfile

from tfaudiogen.data import describe
from tfaudiogen.data.builders import conversion, shards
from tfaudiogen.data.pipeline.storage import Records


def examples(folder, split):
    records = Records(folder, split)
    return [records.example(index) for index in range(len(records))]


def everything(folder):
    return [
        example for split in ("train", "validation", "test") for example in examples(folder, split)
    ]


def test_windows_hold_the_sound_in_order_and_zeros_after_it(tmp_path, quick):
    rng = np.random.default_rng(0)
    sounds = {f"{n}.wav": rng.integers(-1000, 1000, 500 * n + 700).astype("i2") for n in range(5)}
    (tmp_path / "in").mkdir()
    for name, sound in sounds.items():
        soundfile.write(tmp_path / "in" / name, sound, 8000)
    quick(tmp_path / "in", samples=512)
    found = everything(tmp_path / "data")
    for name, sound in sounds.items():
        windows = [example for example in found if example["source"] == name.encode()]
        windows.sort(key=lambda example: example["start"])
        padded = np.concatenate([example["audio"] for example in windows])
        np.testing.assert_array_equal(padded[: len(sound)], sound)
        assert not padded[len(sound) :].any()
        assert sum(example["length"] for example in windows) == len(sound)
        assert [example["start"] for example in windows] == [
            512 * place for place in range(len(windows))
        ]


def test_no_file_is_in_two_splits(tones, quick, tmp_path):
    quick(tones, samples=512)
    files = [
        {e["source"] for e in examples(tmp_path / "data", s)}
        for s in ("train", "validation", "test")
    ]
    assert all(files)
    assert len(set.union(*files)) == sum(map(len, files)) == 10


def test_two_runs_give_the_same_data(tones, quick, tmp_path):
    quick(tones, "one")
    quick(tones, "two")
    for split in ("train", "validation", "test"):
        for one, two in zip(
            examples(tmp_path / "one", split), examples(tmp_path / "two", split), strict=True
        ):
            assert all(np.array_equal(one[name], two[name]) for name in one)


def test_report_agrees_with_the_data(tones, quick, tmp_path):
    report = quick(tones, samples=512)
    summary = describe(tmp_path / "data")
    for split in summary.examples:
        stored = examples(tmp_path / "data", split)
        total = report.total(split)
        assert total.windows == len(stored) == summary.examples[split]
        assert total.files == len({example["source"] for example in stored})
        minutes = sum(example["length"] for example in stored) / 8000 / 60
        assert total.minutes == pytest.approx(minutes)
    assert summary.report() == report
    assert "train" in str(report)
    assert "low" in str(report)


def test_one_file_cut_in_time(tmp_path, write_tone, quick):
    path = write_tone(tmp_path / "song.wav", 4.0)
    report = quick(path, split_by_time=True, samples=1600)
    windows = {split: report.total(split).windows for split in report.splits}
    assert windows == {"train": 16, "validation": 2, "test": 2}
    starts = {s: [e["start"] for e in examples(tmp_path / "data", s)] for s in windows}
    assert max(starts["train"]) < min(starts["validation"]) <= max(starts["validation"])
    assert max(starts["validation"]) < min(starts["test"])
    assert sum(report.total(split).minutes for split in windows) == pytest.approx(4 / 60)


def test_cutting_in_time_needs_three_windows(tmp_path, write_tone, quick):
    path = write_tone(tmp_path / "song.wav", 0.5)
    with pytest.raises(ValueError, match="three windows"):
        quick(path, split_by_time=True, samples=2048)


def test_a_finished_data_set_is_not_overwritten(tones, quick):
    quick(tones)
    with pytest.raises(ValueError, match="holds a data set already"):
        quick(tones)


def test_a_folder_in_use_is_not_written_to(tones, quick, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").touch()
    with pytest.raises(ValueError, match="not an empty folder"):
        quick(tones)


def test_the_output_may_be_an_empty_folder(tones, quick, tmp_path):
    (tmp_path / "data").mkdir()
    quick(tones)
    assert describe(tmp_path / "data").examples["train"]


def test_a_run_that_is_stopped_goes_on_and_reads_no_file_twice(tones, quick, tmp_path, monkeypatch):
    expected = quick(tones, "whole")
    read, reads = conversion.read_into, []

    def until_the_sixth(path, *arguments):
        if len(reads) == 6:
            raise KeyboardInterrupt
        reads.append(path)
        return read(path, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(conversion, "read_into", until_the_sixth)
        with pytest.raises(KeyboardInterrupt, match="data.partial.*The same command goes on"):
            quick(tones)
    assert sorted(os.listdir(tmp_path)) == ["data.partial", "tones", "whole"]
    monkeypatch.setattr(conversion, "read_into", lambda *a: reads.append(a[0]) or read(*a))
    assert quick(tones) == expected
    assert len(reads) == len(set(reads)) == 10
    assert sorted(os.listdir(tmp_path)) == ["data", "tones", "whole"]


def test_a_file_that_changed_since_is_read_again(tones, quick, write_tone, tmp_path, monkeypatch):
    def stop(*arguments, **features):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("tfaudiogen.data.builders.folder.record", stop)
        with pytest.raises(KeyboardInterrupt):
            quick(tones)
    write_tone(tones / "low" / "1.wav", seconds=2.0)
    quick(tones)
    lengths = sum(e["length"] for e in everything(tmp_path / "data") if e["source"] == b"low/1.wav")
    assert lengths == 16000


def test_what_a_killed_run_left_is_finished_or_removed(tones, quick, tmp_path):
    left = tmp_path / "data.partial" / "audio_folder" / "default"
    for folder in (left / "1.0.0", left / "1.0.0.incomplete123", left / "read"):
        folder.mkdir(parents=True)
        (folder / "half.int16").write_bytes(b"half")
        (folder / "half.jsonl").write_text('{"key": "half", "offset": 0, "end": 9, "outcome": {}}')
        (folder / "cut.jsonl").write_text('{"key": "cut", "off')
    quick(tones)
    assert sorted(os.listdir(tmp_path)) == ["data", "tones"]
    assert not (tmp_path / "data" / "half.int16").exists()


def test_every_shard_is_read(tones, quick, tmp_path, monkeypatch):
    quick(tones, "one")
    monkeypatch.setattr(shards, "_SHARD_BYTES", 2 * 2048 * 3)
    quick(tones, "many")
    files = [path.name for path in (tmp_path / "many").glob("*train*")]
    assert len(files) > 1
    for split in ("train", "validation", "test"):
        pairs = zip(
            examples(tmp_path / "one", split), examples(tmp_path / "many", split), strict=True
        )
        assert all(one["source"] == two["source"] for one, two in pairs)


def test_seconds_are_rounded_to_whole_hops(tones, quick):
    assert quick(tones, sample_rate=22050, samples=None, seconds=5.944).samples == 131072


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"builder": "folder"}, "builder must be one of"),
        ({"channel": "centre"}, "channel must be one of"),
        ({"sample_rate": 10}, "sample_rate must be"),
        ({"samples": 0}, "samples must be"),
        ({"samples": None, "seconds": -1.0}, "seconds must be"),
        ({"labels_csv": "nowhere.csv"}, "does not exist"),
        ({"labels_csv": "a.csv", "label_pattern": "(a)"}, "exclude each other"),
        ({"label_pattern": "(nowhere)"}, "fits none of the names"),
        ({"pictures": "nowhere"}, "does not exist"),
    ],
)
def test_bad_arguments(options, message, tones, quick):
    with pytest.raises(ValueError, match=message):
        quick(tones, **options)


def test_no_sources(quick):
    with pytest.raises(ValueError, match="at least one folder"):
        quick([])


def test_pictures_are_stored_with_their_sound(tones, quick, tmp_path):
    (tones / "low" / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n picture of one")
    report = quick(tones)
    pictures = {example["source"]: example["picture"] for example in everything(tmp_path / "data")}
    assert pictures[b"low/1.wav"].endswith(b"picture of one")
    assert pictures[b"low/3.wav"] == b""
    assert "1 file with a picture" in report.notices


def test_labels_from_a_csv(tones, quick, tmp_path):
    rows = "".join(f"{number}.wav,{'odd' if number % 2 else 'even'}\n" for number in range(9))
    (tmp_path / "labels.csv").write_text("file,label\n" + rows)
    report = quick(tones, labels_csv=tmp_path / "labels.csv")
    assert describe(tmp_path / "data").class_names == ("even", "odd")
    assert [(s.file, s.reason) for s in report.skipped] == [
        ("low/9.wav", "has no label in labels.csv")
    ]


def test_a_label_without_training_files_is_named(tmp_path, write_tone, quick):
    for number in range(3):
        write_tone(tmp_path / "in" / f"label {number}" / "a.wav")
    report = quick(tmp_path / "in")
    missing = sorted(report.splits["validation"] | report.splits["test"])
    assert f"no file of these labels is in train: {', '.join(missing)}" in report.notices
