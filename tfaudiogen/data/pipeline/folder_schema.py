"""Validates the folder of a data set before TFDS reads it.

TFDS imports the module that `features.json` names for the class of a feature, and trusts the names
and sizes of the shards. A folder is therefore opened only if its JSON files are those that
`prepare` writes, except for names, numbers and texts, and if its shards are complete.
"""

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

from tfaudiogen.data.pipeline.features_schema import check_features
from tfaudiogen.data.splits import SPLITS
from tfaudiogen.disk.opening import open_regular
from tfaudiogen.validation import strict_json
from tfaudiogen.validation.schema import expect, expect_digits, expect_integer, expect_keys

INFO, FEATURES, METADATA = "dataset_info.json", "features.json", "metadata.json"
LABELS = "label.labels.txt"
_FORMAT = "array_record"
_TEMPLATE = "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}"
# Required strings of `dataset_info.json`, with a regular expression for each.
_REQUIRED = {
    "name": r"[a-z][a-z0-9_]*",
    "version": r"\d{1,5}\.\d{1,5}\.\d{1,5}",
    "moduleName": r"tfaudiogen(\.[A-Za-z_]\w*)+",
    "fileFormat": _FORMAT,
}
_OPTIONAL = ("description", "citation", "configDescription", "configName")
_SPLIT = ("name", "filepathTemplate", "numBytes", "shardLengths")
_MOST_SHARDS, _MOST_NUMBER = 100_000, 2**62
# Snappy compresses zeros to a twentieth at best.
_MOST_EXPANSION = 32


@dataclass(frozen=True)
class Split:
    """A split: the number of examples of each shard (`lengths`), and the bytes of all (`size`)."""

    name: str
    lengths: tuple
    size: int


def check_folder(folder):
    """Raise ValueError unless `prepare` wrote the folder; the message names the faulty file."""
    folder = Path(folder)
    name, splits = _read(folder / INFO, _info)
    features = _read(folder / FEATURES, check_features)
    _read(folder / METADATA, lambda values: _check_metadata(values, features))
    _check_labels(folder / LABELS, features.classes)
    for split in splits:
        _check_shards(folder, name, split, features)


def _read(path, check):
    """Parse a JSON file and return `check` of its content; errors name the file."""
    _check_inside(path)
    values = strict_json.read(path)
    with _named(path):
        return check(values)


@contextlib.contextmanager
def _named(path):
    try:
        yield
    except ValueError as error:
        raise ValueError(f"{path} is damaged or no file of this package: {error}") from error


def _check_inside(path):
    if not path.resolve().is_relative_to(path.parent.resolve()):
        raise ValueError(f"{path} is a link out of its folder: copy the file itself there")


def _info(values):
    """Return the name of the data set and its `Split`s."""
    expect_keys(values, "it", (*_REQUIRED, "splits"), (*_OPTIONAL, "redistributionInfo"))
    for key, form in _REQUIRED.items():
        text = values[key]
        expect(isinstance(text, str) and re.fullmatch(form, text, re.ASCII), key, text)
    for key in _OPTIONAL:
        expect(isinstance(values.get(key, ""), str), key, values.get(key))
    rights = values.get("redistributionInfo", {"license": ""})
    expect_keys(rights, "redistributionInfo", ("license",))
    expect(isinstance(rights["license"], str), "license", rights["license"])
    return values["name"], _splits(values["splits"])


def _splits(values):
    expect(isinstance(values, list) and len(values) == len(SPLITS), "splits", values)
    splits = [_split(one) for one in values]
    names = {split.name for split in splits}
    expect(names == set(SPLITS), "the names of splits", sorted(names))
    return splits


def _split(values):
    expect_keys(values, "a split", _SPLIT)
    name, template, size, lengths = (values[key] for key in _SPLIT)
    expect(name in SPLITS, "the name of a split", name)
    expect(template == _TEMPLATE, "filepathTemplate", template)
    counted = isinstance(lengths, list) and 1 <= len(lengths) <= _MOST_SHARDS
    expect(counted, "shardLengths", lengths)
    lengths = tuple(expect_digits(one, "shardLengths", 1, _MOST_NUMBER) for one in lengths)
    return Split(name, lengths, expect_digits(size, "numBytes", 1, _MOST_NUMBER))


def _check_metadata(values, features):
    required = () if features.image_shape else ("sample_rate",)
    counts = ("caption_bytes", "vector_size")
    expect_keys(values, "it", required, (*counts, "picture_shape"))
    for key in counts:
        expect_integer(values.get(key, 0), key, 0, 2**31)
    if required:
        expect_integer(values["sample_rate"], "sample_rate", 1_000, 384_000)
    shape = values.get("picture_shape", [1, 1, 1])
    expect(isinstance(shape, list) and len(shape) == 3, "picture_shape", shape)
    for side in shape:
        expect_integer(side, "picture_shape", 1, 2**14)


def _check_labels(path, classes):
    _check_inside(path)
    with _named(path):
        with open_regular(path) as file:
            content = file.read(strict_json.MOST_BYTES + 1)
        expect(len(content) <= strict_json.MOST_BYTES, "its length in bytes", len(content))
        # The way TFDS reads them.
        names = [name.strip() for name in content.decode("utf-8").split("\n") if name.strip()]
        expect(len(names) == classes, f"the number of labels, {classes} by {FEATURES},", len(names))


def _check_shards(folder, name, split, features):
    """Raise ValueError unless the shards exist, are complete, and can hold the examples."""
    stored, count = 0, len(split.lengths)
    for position in range(count):
        path = folder / f"{name}-{split.name}.{_FORMAT}-{position:05d}-of-{count:05d}"
        _check_inside(path)
        with _named(path), open_regular(path) as file:
            stored += file.seek(0, 2)
    if stored != split.size:
        raise ValueError(
            f"the shards of {split.name} in {folder} hold {stored} bytes, and {INFO} says "
            f"{split.size}"
        )
    if sum(split.lengths) * features.example_bytes > _MOST_EXPANSION * stored:
        raise ValueError(
            f"the shards of {split.name} in {folder}, {stored} bytes, cannot hold "
            f"{sum(split.lengths)} examples of {features.example_bytes} bytes"
        )
