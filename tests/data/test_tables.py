"""Tables as users and spreadsheets write them, and what their rows call files."""

import codecs
import unicodedata
from pathlib import Path

import pytest

from tfaudiogen.data.sources.file_names import FileNames
from tfaudiogen.data.sources.files import SourceFile
from tfaudiogen.data.sources.labels import apply_labels
from tfaudiogen.data.sources.pair_table import match_table
from tfaudiogen.data.sources.tables import read_table


def read(tmp_path, content, columns=("file", "label")):
    path = tmp_path / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, "labels_csv", columns)


PLAIN = "file,label\r\nä.wav,x\r\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.replace("\r\n", "\n").encode(),
        PLAIN.replace("\r\n", "\r").encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        codecs.BOM_UTF16_BE + PLAIN.replace(",", "\t").encode("utf-16-be"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace("file,label", ' File ,"LABEL"').encode(),
        ("\n" + PLAIN + ",\n\n").encode(),
        PLAIN.replace("label", "label,,").replace("x", "x,,").encode(),
    ],
    ids=["crlf", "lf", "cr", "bom", "utf-16", "tabs", "semicolons", "case", "blank", "empty cells"],
)
def test_what_spreadsheets_write_is_read(tmp_path, content):
    assert read(tmp_path, content) == [{"file": "ä.wav", "label": "x"}]


def test_texts_in_quotation_marks_are_whole(tmp_path):
    rows = read(tmp_path, 'file,label,caption\r\na,x; y,"loud, ""slow""\r\nand long"\r\n')
    assert rows == [{"file": "a", "label": "x; y", "caption": 'loud, "slow"\nand long'}]


def test_an_index_without_a_name_is_left_out(tmp_path):
    assert read(tmp_path, ",file,label\n0,a.wav,x\n") == [{"file": "a.wav", "label": "x"}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("file,label\na,x\nb,y,loud\n", r"t\.csv, line 3, has 3 fields.*first line 2.*comma"),
        ("file;label\na;x;y\n", "line 2, has 3 fields.*semicolon in quotation marks"),
        ('file,label\n"a\n b",x\nc,y,z\n', "line 4, has 3 fields"),
        ('file,label\na,x\nb,"' + 140000 * "y" + '"\n', "from line 3 on .*131072"),
        ('file,label\na,x\nb,"y\nc,z\n', "from line 3 on .*quotation marks"),
        ('file,label\na,"x" y\n', "from line 2 on .*quotation marks"),
        ("file,label,Label\na,x,y\n", "column label twice"),
        ("", "columns file and label.*received none"),
        ("path,class\na,x\n", "columns file and label.*received path, class"),
        ("file,label\nö,x\n".encode("latin-1"), "not UTF-8 text"),
        ("file,label\na,x\n".encode("utf-16-le"), "zero bytes"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        read(tmp_path, content)


@pytest.fixture
def named(tmp_path):
    """Return a function that makes `SourceFile`s in the folder of the test."""

    def make(*names):
        return [SourceFile(tmp_path / name, name, "folder") for name in names]

    return make


def decomposed(text):
    return unicodedata.normalize("NFD", text)


WAYS = {
    "./f0.wav": "f0.wav",
    "F0.WAV": "f0.wav",
    "f0": "f0.wav",
    "sub//../f0.wav": "f0.wav",
    "a\\ÉTÉ.wav": "a/été.wav",
    decomposed("a/été.wav"): "a/été.wav",
    decomposed("ÉTÉ"): "a/été.wav",
    "b/f1.wav": "b/f1.wav",
    "nowhere.wav": None,
    "": None,
    ".": None,
    "c/other/f1.wav": None,
}


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_name_a_file(named, way):
    found = FileNames(named("f0.wav", "a/été.wav", "b/f1.wav", "c/f1.wav")).file(way)
    assert (found and found.name) == WAYS[way]


def test_absolute_paths_and_links(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    names = FileNames([SourceFile(tmp_path / "link" / "a.wav", "a.wav", "x")])
    for folder in ("real", "link", "real/../link"):
        assert names.file(f"{tmp_path}/{folder}/a.wav").name == "a.wav"
    assert names.file(f"{tmp_path}/a.wav") is None


def test_the_exact_spelling_and_the_path_come_first(named):
    names = FileNames(named("a.wav", "A.wav", "b/a.wav", "c/x.wav", "d/x.wav", "X.wav"))
    for exact in ("a.wav", "A.wav", "b/a.wav", "X.wav"):
        assert names.file(exact).name == exact
    assert names.file("x.wav") is None  # two files have this very name


def test_a_backslash_may_be_part_of_a_name(named):
    files = named("a\\b.wav", "a/b.wav")
    assert FileNames(files).file("a\\b.wav") is files[0]
    assert FileNames(files[1:]).file("a\\b.wav") is files[1]


@pytest.mark.parametrize("name", [" lead.wav", "a / b .wav", "two  spaces.wav", "n\rl.wav", "t\t"])
def test_white_space_of_a_name_does_not_matter(named, tmp_path, name):
    files = named(name, "other.wav")
    table = tmp_path / "t.csv"
    table.write_text(f'file,label\n"{name}",x\n', encoding="utf-8", newline="")
    labelled, reasons = apply_labels(table, files[:1])
    assert [(file.name, file.label) for file in labelled] == [(name, "x")]
    assert not reasons
    assert FileNames(files).file(f"  {name} ") is files[0]


@pytest.mark.parametrize("way", [way for way, name in WAYS.items() if name])
def test_both_tables_take_all_ways(named, tmp_path, way):
    sounds, pictures = named("f0.wav", "a/été.wav", "b/f1.wav", "c/f1.wav"), named("p.png")
    table = tmp_path / "t.csv"
    table.write_text(f"file,label\n{way},x\n", encoding="utf-8")
    labelled, _ = apply_labels(table, sounds)
    assert [(file.name, file.label) for file in labelled] == [(WAYS[way], "x")]
    table.write_text(f"audio,image,label\n{way},./P.PNG,x\n", encoding="utf-8")
    paired = match_table(table, sounds, pictures).sounds
    assert [(file.name, file.label) for file in paired] == [(WAYS[way], "x")]


def test_rows_of_one_file_are_put_together(named, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("file,label,caption\nf0,x ,\n./f0.wav,,slow\nF0.wav, x,slow\n,y,\n")
    files, skipped = apply_labels(table, named("f0.wav"))
    assert [(file.label, file.caption) for file in files] == [("x", "slow")]
    assert [entry.file for entry in skipped] == ["(empty)"]


def test_labels_of_a_table_are_collapsed(named, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text('file,label\nf0,"slow\n  and\tgloomy "\nf1," \t"\n', encoding="utf-8")
    files, skipped = apply_labels(table, named("f0.wav", "f1.wav"))
    assert [file.label for file in files] == ["slow and gloomy"]
    assert [entry.file for entry in skipped] == ["f1.wav"]


def test_what_is_no_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match="does not exist"):
        read_table(tmp_path, "labels_csv", ("file",))
    with pytest.raises(ValueError, match="does not exist"):
        read_table(Path(tmp_path, "t.csv"), "labels_csv", ("file",))
