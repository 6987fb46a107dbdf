"""Labels that TFDS, which stores one name in a line, would not give back."""

import unicodedata

import pytest
from PIL import Image

from tfaudiogen.data import describe
from tfaudiogen.data.builders.records import StoreBuilder
from tfaudiogen.data.pipeline.storage import PICTURES, Records
from tfaudiogen.datasets import audio_folder

FOLDERS = {
    "a\nz": "a z",
    "b": "b",
    "x": "x",
    "x ": "x",
    "nan": "nan",
    "unlabelled": "unlabelled",
    "-rf": "-rf",
    "$x_1$": "$x_1$",
    '"%s"': '"%s"',
    "🎵": "🎵",
    unicodedata.normalize("NFD", "é"): "é",
}


def stored(folder, *splits):
    """Return {file: name of its class} of a prepared data set."""
    names, examples = describe(folder).class_names, {}
    for split in splits or ("train", "validation", "test"):
        records = Records(folder, split)
        for index in range(len(records)):
            example = records.example(index)
            examples[example["source"].decode()] = names[example["label"]]
    return examples


def test_every_file_keeps_its_own_label(tmp_path, write_tone, quick):
    for number, folder in enumerate(FOLDERS):
        write_tone(tmp_path / "in" / folder / f"{number}.wav")
    quick(tmp_path / "in")
    found = stored(tmp_path / "data")
    labels = {int(name.rpartition("/")[2].removesuffix(".wav")): own for name, own in found.items()}
    assert labels == dict(enumerate(FOLDERS.values()))
    assert list(describe(tmp_path / "data").class_names) == sorted(set(FOLDERS.values()))


def test_every_picture_keeps_its_own_label(tmp_path, quick):
    from tfaudiogen.data import prepare

    names = ["a\nz/0", "b/1", "b /2", "audio/3", "4"]
    for number, name in enumerate(names):
        path = tmp_path / "in" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8), 20 * number).save(path)
    prepare(tmp_path / "in", tmp_path / "data", image_shape=(8, 8, 1), progress=False)
    labels = ["a z", "b", "b", "audio", "picture"]
    assert stored(tmp_path / "data") == {
        f"{name}.png": label for name, label in zip(names, labels, strict=True)
    }


def test_every_pair_keeps_its_own_label(tmp_path, write_tone, quick):
    table = ["audio,image,label"]
    for number in range(4):
        write_tone(tmp_path / "in" / f"{number}.wav")
        Image.new("L", (8, 8), 20 * number).save(tmp_path / "in" / f"{number}.png")
        table.append(f'{number},{number},"{("one", "b")[number % 2]}\n{number // 2}"')
    (tmp_path / "t.csv").write_text("\n".join(table))
    quick(tmp_path / "in", pairs_csv=tmp_path / "t.csv", image_shape=(8, 8, 1))
    labels = {str(number): f"{('one', 'b')[number % 2]} {number // 2}" for number in range(4)}
    for folder, suffix in ((tmp_path / "data", "wav"), (tmp_path / "data" / PICTURES, "png")):
        assert stored(folder) == {f"{number}.{suffix}": own for number, own in labels.items()}


def test_another_builder_cannot_store_a_label_that_would_shift_the_others(tmp_path):
    builder = audio_folder.Builder(
        data_dir=tmp_path, config=audio_folder.Config(sources=(str(tmp_path),))
    )
    for label in ("a\nb", " a", ""):
        with pytest.raises(ValueError, match="label must be one line"):
            StoreBuilder.name_classes(builder, ["b", label])
