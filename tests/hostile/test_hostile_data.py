"""Folders of data sets that were made to do harm, or are damaged: none runs code, all are named."""

import json
import os
import shutil
import sys

import pytest
import tensorflow as tf
from hostile_cases import check_all, corpus
from hostile_data import BUILDERS, RATE, SAMPLES, mutated, prepared

from tfaudiogen import Spectrogram
from tfaudiogen.data import describe, load_dataset
from tfaudiogen.data.pipeline import features_schema
from tfaudiogen.data.pipeline.features_schema import Features
from tfaudiogen.data.pipeline.folder_schema import FEATURES, INFO, LABELS, METADATA
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.service import errors

EVIL = "evil_module.X"


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    """Return {builder: folder of a small data set}."""
    return {builder: prepared(builder, tmp_path_factory.mktemp(builder)) for builder in BUILDERS}


@pytest.fixture
def folder(sets, tmp_path):
    """Return a data set to be changed: sounds with captions, embeddings and labels."""
    return shutil.copytree(sets["audio_folder"], tmp_path / "data")


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """Plant a module that would leave a trace when it is imported; return the trace."""
    trace = tmp_path / "trace"
    (tmp_path / "evil_module.py").write_text(f"open({str(trace)!r}, 'w')\nclass X: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield trace
    sys.modules.pop("evil_module", None)


def changed(folder, name, change):
    """Let a function change the values of a JSON file of a folder."""
    values = json.loads((folder / name).read_text())
    change(values)
    (folder / name).write_text(json.dumps(values))


def refused(folder, reason):
    """Assert that a folder is refused in one line that names it."""
    with pytest.raises(ValueError, match=reason) as caught:
        describe(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def _classes(value):
    """Yield the names of the classes in the description of features."""
    if isinstance(value, dict):
        yield from (one for key, one in value.items() if key == "pythonClassName")
        for one in value.values():
            yield from _classes(one)


def test_what_is_allowed_is_what_the_builders_write(sets):
    paths = [path for folder in sets.values() for path in folder.rglob(FEATURES)]
    assert len(paths) == len(BUILDERS) + 2  # the pictures of pairs are a data set each
    written = [json.loads(path.read_text()) for path in paths]
    names = {name for one in written for name in one["featuresDict"]["features"]}
    allowed = (
        *features_schema.of_sounds(Features(2, samples=4)),
        *features_schema.of_pictures(Features(2, image_shape=(2, 2, 3))),
    )
    assert names == {name for one in allowed for name in one}
    classes = {name for one in written for name in _classes(one)}
    assert classes == {name for one in allowed for name in _classes(one)} | {features_schema.DICT}


@pytest.mark.parametrize("builder", BUILDERS)
def test_what_the_builders_write_is_opened(sets, builder):
    summary = describe(sets[builder])
    for split, count in summary.examples.items():
        assert len(Records(sets[builder], split)) == count
    assert summary.report().builder == builder


def _top(values):
    values["pythonClassName"] = EVIL


def _feature(values):
    values["featuresDict"]["features"]["label"]["pythonClassName"] = EVIL


def _nested(values):
    vector = values["featuresDict"]["features"]["vector"]
    vector["sequence"]["feature"]["pythonClassName"] = EVIL


def _further(values):
    tensor = values["featuresDict"]["features"]["length"]
    values["featuresDict"]["features"]["another"] = {**tensor, "pythonClassName": EVIL}


def _snake_case(values):
    label = values["featuresDict"]["features"]["label"]
    label["python_class_name"] = EVIL
    del label["pythonClassName"]


def _legacy(values):
    values.clear()
    values.update({"type": EVIL, "content": {}})


@pytest.mark.parametrize(
    "change",
    [_top, _feature, _nested, _further, _snake_case, _legacy],
    ids=lambda one: one.__name__,
)
def test_no_module_is_imported_that_features_name(folder, planted, change):
    changed(folder, FEATURES, change)
    refused(folder, FEATURES)
    with pytest.raises(ValueError, match=FEATURES):
        Records(folder, "train")
    assert not planted.exists()
    assert "evil_module" not in sys.modules


def test_the_pictures_of_pairs_are_looked_at_too(sets, tmp_path, planted):
    folder = shutil.copytree(sets["audio_image_pairs"], tmp_path / "data")
    changed(folder / "pictures", FEATURES, _feature)
    with pytest.raises(ValueError, match=FEATURES):
        describe(folder).of_kind("pictures")
    assert not planted.exists()


@pytest.mark.parametrize(
    ("name", "path", "value", "reason"),
    [
        (INFO, ("moduleName",), EVIL, "moduleName must not be"),
        (INFO, ("name",), "../../outside", "name must not be"),
        (INFO, ("fileFormat",), "tfrecord", "fileFormat must not be"),
        (INFO, ("version",), "9" * 50, "version must not be"),
        (INFO, ("description",), ["x"], "description must not be"),
        (INFO, ("redistributionInfo",), {"license": 5}, "license must not be"),
        (INFO, ("splits",), [], "splits must not be"),
        (INFO, ("splits", 0, "name"), "test", "names of splits|name of a split"),
        (INFO, ("splits", 0, "filepathTemplate"), "/etc/{SPLIT}", "filepathTemplate must not be"),
        (INFO, ("splits", 0, "shardLengths"), ["1"] * 200_000, "shardLengths must not be"),
        (INFO, ("splits", 0, "shardLengths"), ["0"], "shardLengths, an integer from 1"),
        (INFO, ("splits", 0, "shardLengths"), ["4"] * 3, "No such file"),
        (INFO, ("splits", 0, "shardLengths"), ["1000000"], "cannot hold 1000000 examples"),
        (INFO, ("splits", 0, "shardLengths"), ["7"], "hold 10 examples, and 7 are listed"),
        (INFO, ("splits", 0, "numBytes"), "1", "and dataset_info.json says 1"),
        (FEATURES, ("featuresDict", "features"), {}, "dimensions|without audio"),
        (METADATA, ("sample_rate",), 0, "sample_rate, an integer from 1000 to 384000"),
        (METADATA, ("sample_rate",), True, "sample_rate, an integer"),
        (METADATA, ("vector_size",), -1, "vector_size, an integer from 0"),
        (METADATA, ("picture_shape",), [2**31, 1, 3], "picture_shape, an integer"),
        (METADATA, ("another",), 1, "has another, which nothing here writes"),
    ],
)
def test_descriptions_that_no_builder_writes(folder, name, path, value, reason):
    def change(values):
        for key in path[:-1]:
            values = values[key]
        values[path[-1]] = value

    changed(folder, name, change)
    with pytest.raises(ValueError, match=reason) as caught:
        Records(folder, "train")
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize(
    ("feature", "dimensions"),
    [("audio", ["256", "256"]), ("audio", ["0"]), ("audio", [str(2**40)]), ("audio", ["-1"])],
)
def test_sizes_that_no_window_has(folder, feature, dimensions):
    def change(values):
        tensor = values["featuresDict"]["features"][feature]["tensor"]
        tensor["shape"]["dimensions"] = dimensions

    changed(folder, FEATURES, change)
    refused(folder, "dimensions of audio")


def test_examples_of_another_size_than_is_said_are_found_out(folder):
    def change(values):
        tensor = values["featuresDict"]["features"]["audio"]["tensor"]
        tensor["shape"]["dimensions"] = ["128"]

    changed(folder, FEATURES, change)
    with pytest.raises(ValueError, match="cannot be read"):
        Records(folder, "train")


@pytest.mark.parametrize("name", [INFO, FEATURES, METADATA, LABELS])
def test_files_that_are_none_or_lie_elsewhere(folder, tmp_path, name):
    content = (folder / name).read_bytes()
    (folder / name).unlink()
    refused(folder, "No such file")
    os.mkfifo(folder / name)
    refused(folder, "a named pipe, not a regular file")
    (folder / name).unlink()
    (tmp_path / "elsewhere").write_bytes(content)
    (folder / name).symlink_to(tmp_path / "elsewhere")
    refused(folder, "is a link out of its folder")
    (folder / name).unlink()
    (folder / name).write_bytes(b" " * (17 * 2**20))
    refused(folder, "more than|its length in bytes")


def test_labels_are_as_many_as_is_said(folder):
    (folder / LABELS).write_text("high\nlow\nmiddle\n")
    refused(folder, "the number of labels, 2 by features.json, must not be 3")
    (folder / LABELS).write_bytes(b"\xff\xfe\n")
    refused(folder, "utf-8")


def test_shards_that_are_cut_or_damaged_are_named(folder):
    (shard,) = folder.glob("*train*")
    content = shard.read_bytes()
    shard.write_bytes(content[:-1])
    refused(folder, "the shards of train in")
    shard.write_bytes(bytes(len(content)))
    with pytest.raises(ValueError, match="cannot be read"):
        Records(folder, "train")


def test_damage_in_the_middle_of_a_shard_is_a_line_that_names_it(folder):
    (shard,) = folder.glob("*train*")
    content = bytearray(shard.read_bytes())
    # Between the first and the last example, which are looked at when it is opened.
    (stored,) = Records(folder, "train").serialised([4])
    content[content.index(stored[200:216])] ^= 0x5A
    shard.write_bytes(content)
    batches = load_dataset(folder, Spectrogram(RATE, 64, 32, SAMPLES // 32, 32), "train", 2)
    with pytest.raises(tf.errors.OpError) as caught:
        list(batches)
    assert errors.exit_code(caught.value) == errors.BAD_USE
    line = errors.one_line(caught.value)
    assert line.startswith(f"Error: data {str(shard)!r} cannot be read (Corrupted")
    assert line.endswith("prepare it again")


def test_an_error_of_tensorflow_itself_stays_one():
    error = tf.errors.InvalidArgumentError(None, None, "shapes do not fit")
    assert errors.exit_code(error) == errors.FAILURE
    assert "shapes do not fit" in errors.one_line(error)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda report: report.update(splits=[]), "splits must not be"),
        (lambda report: report["splits"].pop("test"), "splits lacks test"),
        (lambda report: report["splits"].update(test=[1]), "test must not be"),
        (lambda report: report.update(skipped=["x"]), "skipped must not be"),
        (lambda report: report.update(skipped=[{"file": 1, "reason": ""}]), "file must not be"),
        (lambda report: report.update(another=1), "has another, which nothing here writes"),
    ],
)
def test_a_report_that_prepare_does_not_write(folder, change, reason):
    changed(folder, "report.json", change)
    with pytest.raises(ValueError, match=reason) as caught:
        describe(folder).report()
    assert str(folder / "report.json") in str(caught.value)


@pytest.mark.slow
def test_a_corpus_of_damaged_folders_ends_in_lines(sets, tmp_path):
    cases = corpus("data", mutated, list(sets.values()), tmp_path, default=16)
    check_all("data", sets["audio_image_pairs"], cases)
