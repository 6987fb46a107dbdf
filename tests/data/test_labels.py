from pathlib import Path

import pytest

from tfaudiogen.data.sources.files import SourceFile
from tfaudiogen.data.sources.labels import apply_labels, labels_from_names

FILES = [SourceFile(Path(name), name, "folder") for name in ["a/x.wav", "a/y.wav", "b/x.wav"]]


def write(tmp_path, text):
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


def test_by_path_by_name_and_by_stem(tmp_path):
    path = write(tmp_path, "file,label\na/x.wav,one\nb\\x.wav,two\ny,three\n")
    files, skipped = apply_labels(path, FILES)
    assert [(file.name, file.label) for file in files] == [
        ("a/x.wav", "one"),
        ("a/y.wav", "three"),
        ("b/x.wav", "two"),
    ]
    assert not skipped


def test_an_ambiguous_name_labels_nothing(tmp_path):
    files, skipped = apply_labels(write(tmp_path, "label,file\none,x.wav\ntwo,y.wav\n"), FILES)
    assert [file.name for file in files] == ["a/y.wav"]
    assert {entry.file for entry in skipped} == {"a/x.wav", "b/x.wav", "x.wav"}


def test_a_row_without_a_file_is_named(tmp_path):
    _, skipped = apply_labels(write(tmp_path, "file,label\nz.wav,one\n"), FILES)
    assert "names no file" in {entry.file: entry.reason for entry in skipped}["z.wav"]


def test_missing_column(tmp_path):
    with pytest.raises(ValueError, match="columns file and label"):
        apply_labels(write(tmp_path, "name,class\nx,y\n"), FILES)


def test_two_labels_for_one_file(tmp_path):
    with pytest.raises(ValueError, match="two labels"):
        apply_labels(write(tmp_path, "file,label\ny,one\ny,two\n"), FILES)


def test_a_row_without_a_label_labels_nothing(tmp_path):
    files, _ = apply_labels(write(tmp_path, "file,label\na/x.wav,\na/y.wav\nb/x.wav,two\n"), FILES)
    assert [file.name for file in files] == ["b/x.wav"]


def test_another_encoding(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_bytes("file,label\nx,été\n".encode("latin-1"))
    with pytest.raises(ValueError, match="UTF-8"):
        apply_labels(path, FILES)


NOTES = [
    SourceFile(Path(name), f"{folder}/{name}", folder)
    for folder, name in [("oboe", "oboe_A4_15_forte.mp3"), ("drums", "gong__1_roll.mp3")]
]


def test_groups_of_a_pattern_are_the_label():
    files = labels_from_names(r"([a-z]+)_([A-G]s?\d)_", NOTES)
    assert [file.label for file in files] == ["oboe A4", "drums"]
    files = labels_from_names(r"_(roll)|_(nothing)", NOTES)
    assert [file.label for file in files] == ["oboe", "roll"]


@pytest.mark.parametrize(
    ("pattern", "name", "label"),
    [("([^_]+)_(.*)", "deep/ a\n b_ \t.wav", "a b"), ("_( )", "deep/a_ b.wav", "deep")],
)
def test_what_groups_find_is_collapsed(pattern, name, label):
    (file,) = labels_from_names(pattern, [SourceFile(Path("x"), name, "deep")])
    assert file.label == label


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("(", "must be a regular expression .*received '\\('"),
        ("oboe", "must have a group"),
        ("(violin)", "fits none of the names, the first of which is 'oboe/oboe_A4_15_forte.mp3'"),
    ],
)
def test_a_pattern_that_cannot_label_is_refused(pattern, message):
    with pytest.raises(ValueError, match=message):
        labels_from_names(pattern, NOTES)
