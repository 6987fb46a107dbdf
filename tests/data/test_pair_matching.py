"""Which pictures belong to which sounds, by name and by table."""

import pytest

from tfaudiogen.data.sources.files import find_files
from tfaudiogen.data.sources.pair_matching import match_stems
from tfaudiogen.data.sources.pair_table import match_table


@pytest.fixture
def found(tmp_path):
    def make(*names):
        for name in names:
            path = tmp_path / "in" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        files = find_files([tmp_path / "in"])
        return files.audio, files.pictures

    return make


def names(pairs):
    return {sound: [file.name for file in files] for sound, files in pairs.pictures.items()}


def reasons(pairs):
    return {entry.file: entry.reason for entry in pairs.skipped}


def test_any_case_any_extension_any_folder(found):
    sounds, pictures = found("a/Cow.WAV", "a/cow.PNG", "b/dog.Flac", "covers/DOG.jpeg")
    pairs = match_stems(sounds, pictures)
    assert names(pairs) == {"a/Cow.WAV": ["a/cow.PNG"], "b/dog.Flac": ["covers/DOG.jpeg"]}
    assert not pairs.skipped
    assert [sound.name for sound in pairs.sounds] == ["a/Cow.WAV", "b/dog.Flac"]


def test_the_same_place_comes_before_the_same_stem(found):
    pairs = match_stems(*found("a/1.wav", "b/1.wav", "a/1.png", "b/1.png"))
    assert names(pairs) == {"a/1.wav": ["a/1.png"], "b/1.wav": ["b/1.png"]}


def test_the_exact_case_comes_first(found):
    pairs = match_stems(*found("dog.wav", "Dog.wav", "dog.png", "Dog.png"))
    assert names(pairs) == {"dog.wav": ["dog.png"], "Dog.wav": ["Dog.png"]}


def test_what_has_no_partner_is_named(found):
    pairs = match_stems(*found("cow.wav", "cow.png", "dog.wav", "cat.png"))
    assert names(pairs) == {"cow.wav": ["cow.png"]}
    assert reasons(pairs) == {
        "dog.wav": "no picture has its stem",
        "cat.png": "no sound has its stem",
    }


def test_duplicates_of_one_place_are_named_and_one_pair_is_kept(found):
    pairs = match_stems(*found("cow.wav", "cow.ogg", "cow.png", "cow.jpg"))
    assert names(pairs) == {"cow.ogg": ["cow.jpg"]}
    assert set(reasons(pairs)) == {"cow.wav", "cow.png"}
    assert "duplicate: cow.ogg" in reasons(pairs)["cow.wav"]


def test_stems_that_are_not_unique_are_named_with_their_rivals(found):
    pairs = match_stems(*found("a/cow.wav", "b/cow.wav", "pictures/cow.png", "x.wav", "x.png"))
    assert names(pairs) == {"x.wav": ["x.png"]}
    assert set(reasons(pairs)) == {"a/cow.wav", "b/cow.wav", "pictures/cow.png"}
    assert "duplicate stem, shared with b/cow.wav, pictures/cow.png" in reasons(pairs)["a/cow.wav"]


@pytest.fixture
def table(tmp_path):
    def write(text):
        (tmp_path / "pairs.csv").write_text(text, encoding="utf-8")
        return tmp_path / "pairs.csv"

    return write


def test_a_table_pairs_many_with_many(found, table):
    files = found("a/1.wav", "a/2.wav", "b/2.wav", "p/1.png", "p/2.png")
    rows = 'audio,image,label,caption\n1.wav,1,rock,"loud, slow"\nA/2.wav,1.png,,\n1,p/2.png,,\n'
    pairs = match_table(table(rows), *files)
    assert names(pairs) == {"a/1.wav": ["p/1.png", "p/2.png"], "a/2.wav": ["p/1.png"]}
    assert {sound.name: sound.label for sound in pairs.sounds} == {
        "a/1.wav": "rock",
        "a/2.wav": "a",
    }
    captions = {sound.name: sound.caption for sound in pairs.sounds if sound.caption}
    assert captions == {"a/1.wav": "loud, slow"}
    assert reasons(pairs) == {"b/2.wav": "not in pairs.csv"}


def test_rows_that_name_no_file_are_named_and_so_are_their_partners(found, table):
    files = found("1.wav", "2.wav", "1.png", "2.png")
    pairs = match_table(table("audio,image\n1.wav,9.png\n2.wav,2.png\n"), *files)
    assert names(pairs) == {"2.wav": ["2.png"]}
    assert "is no file, or several" in reasons(pairs)["9.png"]
    assert reasons(pairs)["1.wav"] == "its partner in pairs.csv is not there"
    assert reasons(pairs)["1.png"] == "not in pairs.csv"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\n", "must have the columns audio and image"),
        ("audio,image,label\n1,1,a\n1,2,b\n", "two labels, 'a' and 'b'"),
    ],
)
def test_tables_that_cannot_be(found, table, text, message):
    files = found("1.wav", "1.png", "2.png")
    with pytest.raises(ValueError, match=message):
        match_table(table(text), *files)
