import pytest

from tfaudiogen.data.sources.files import find_files
from tfaudiogen.data.sources.image_matching import match_pictures


@pytest.fixture
def match(tmp_path):
    def run(audio, pictures, content=b"\xff\xd8\xff jpeg"):
        for name in [*audio, *pictures]:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        found = find_files([tmp_path])
        matched, skipped = match_pictures(found.audio, found.pictures)
        names = {name: str(path.relative_to(tmp_path)) for name, path in matched.items()}
        return names, {entry.file: entry.reason for entry in skipped}

    return run


def test_the_same_folder_comes_first(match):
    matched, skipped = match(["cat/1.wav", "dog/1.wav"], ["cat/1.jpg", "dog/1.jpg"])
    assert matched == {"cat/1.wav": "cat/1.jpg", "dog/1.wav": "dog/1.jpg"}
    assert not skipped


def test_a_stem_that_only_one_has(match):
    assert match(["audio/cow.ogg"], ["image/cow.png"])[0] == {"audio/cow.ogg": "image/cow.png"}


def test_an_ambiguous_stem_matches_nothing(match):
    matched, skipped = match(["cat/1.wav", "dog/1.wav"], ["other/1.jpg"])
    assert not matched
    assert "without sound" in skipped["other/1.jpg"]


def test_what_is_no_picture_is_named_and_not_used(match):
    matched, skipped = match(["cow.ogg"], ["cow.png"], b"text")
    assert not matched
    assert "used without it" in skipped["cow.png"]
