"""Folders and tables of sounds and pictures as a data set of pairs, good files and bad ones."""

import numpy as np
import pytest
import soundfile
from PIL import Image

from tfaudiogen.data import NothingUsable, describe
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.data.splits import SPLITS

SHAPE = (6, 8, 3)
USABLE = ("cmyk.jpg", "deep.png", "palette.png", "clear.png", "turned.jpg", "tiny.png")


def write_sound(path, samples=3000):
    path.parent.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(len(path.name))
    soundfile.write(path, 0.1 * generator.normal(size=samples), 8000)


def write_picture(path, mode="RGB", size=(9, 7), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.effect_noise(size, 64).convert("L")
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(picture).astype(np.uint16) * 257)
    else:
        picture = picture.convert(mode)
    picture.save(path, **options)


@pytest.fixture
def folders(tmp_path):
    """Eight plain pairs in two folders."""
    for number in range(8):
        write_sound(tmp_path / "songs" / f"{number}.wav", 3000 + 1000 * number)
        write_picture(tmp_path / "covers" / f"{number}.png")
    return tmp_path / "songs", tmp_path / "covers"


@pytest.fixture
def pairs(quick, folders):
    def run(*sources, **options):
        options = {"image_shape": SHAPE, "pictures": folders[1]} | options
        return quick(list(sources) or folders[0], **options)

    return run


def examples(data):
    for split in SPLITS:
        records = Records(data, split)
        yield from ((split, records.example(place)) for place in range(len(records)))


def stored_pictures(data):
    records = Records(data / "pictures", *SPLITS)
    return [records.example(place) for place in range(len(records))]


def test_windows_of_one_song_share_its_picture_which_is_stored_once(pairs, tmp_path):
    report = pairs()
    data = tmp_path / "data"
    summary = describe(data)
    assert (summary.builder, summary.picture_shape, summary.kind) == (
        "audio_image_pairs",
        SHAPE,
        "sounds",
    )
    pictures = stored_pictures(data)
    assert sorted(one["source"].decode() for one in pictures) == [f"{n}.png" for n in range(8)]
    windows, splits = {}, {}
    for split, example in examples(data):
        (place,) = example["pictures"]
        name = example["source"].decode()
        assert pictures[place]["source"].decode() == name.replace("wav", "png")
        windows[name] = windows.get(name, 0) + 1
        splits.setdefault(name, set()).add(split)
    assert windows == {f"{n}.wav": -(-(3000 + 1000 * n) // 2048) for n in range(8)}
    assert all(len(own) == 1 for own in splits.values())
    for split, count in describe(data / "pictures").examples.items():
        assert count == sum(own == {split} for own in splits.values())
    assert "8 pictures, 6 x 8, RGB" in report.notices
    assert describe(data).report() == report


def test_the_stored_levels_are_those_of_the_file(pairs, folders, tmp_path):
    write_picture(folders[1] / "3.png", size=SHAPE[1::-1])
    pairs()
    (stored,) = [p for p in stored_pictures(tmp_path / "data") if p["source"] == b"3.png"]
    np.testing.assert_array_equal(stored["image"], np.asarray(Image.open(folders[1] / "3.png")))


def test_pictures_that_are_odd_are_used_and_bad_ones_named_with_their_sounds(pairs, folders):
    songs, covers = folders
    write_picture(covers / "cmyk.jpg", "CMYK")
    write_picture(covers / "deep.png", "I;16")
    write_picture(covers / "palette.png", "P")
    write_picture(covers / "clear.png", "RGBA")
    exif = Image.Exif()
    exif[0x0112] = 6
    write_picture(covers / "turned.jpg", exif=exif)
    write_picture(covers / "tiny.png", size=(1, 1))
    write_picture(covers / "cut.jpg", size=(64, 64))
    (covers / "cut.jpg").write_bytes((covers / "cut.jpg").read_bytes()[:700])
    (covers / "drawn.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (songs / "mute.wav").write_bytes(b"")
    write_picture(covers / "mute.png")
    Image.new("1", (20000, 20000)).save(covers / "huge.png")
    (covers / "notes.txt").write_text("none")
    for name in (*USABLE, "cut.jpg", "drawn.png", "huge.png"):
        write_sound(songs / f"{name[:-4].upper()}.wav")
    report = pairs()
    reasons = {skipped.file: skipped.reason for skipped in report.skipped}
    assert set(reasons) == {
        *("cut.jpg", "CUT.wav", "drawn.png", "DRAWN.wav", "huge.png", "HUGE.wav"),
        *("mute.wav", "mute.png"),
    }
    assert "truncated" in reasons["cut.jpg"]
    assert "more than 80 million" in reasons["huge.png"]
    assert reasons["CUT.wav"] == "its picture cannot be used: cut.jpg"
    assert reasons["mute.png"] == "its sound cannot be used: mute.wav"
    assert "not a png" in reasons["drawn.png"]
    assert report.ignored == ["notes.txt"]
    assert sum(report.total(split).files for split in SPLITS) == 8 + len(USABLE)
    assert "2 files smaller than 6 x 8, enlarged: tiny.png, turned.jpg" in report.notices
    assert "1 file with transparent parts, laid on white: clear.png" in report.notices


def test_what_lies_in_the_other_folder_is_named(pairs, folders):
    write_picture(folders[0] / "0.png")
    write_sound(folders[1] / "1.wav")
    reasons = {skipped.file: skipped.reason for skipped in pairs().skipped}
    assert reasons == {
        "0.png": "lies in the folder of the sounds, where no pictures are looked for",
        "1.wav": "lies in the folder of the pictures, where no sounds are looked for",
    }


def test_pictures_may_lie_below_the_sounds(quick, tmp_path):
    for number in range(5):
        write_sound(tmp_path / "in" / f"{number}.wav")
        write_picture(tmp_path / "in" / "image" / f"{number}.png")
    report = quick(tmp_path / "in", pictures=tmp_path / "in" / "image", image_shape=SHAPE)
    assert not report.skipped
    assert sum(report.total(split).files for split in SPLITS) == 5


def test_one_folder_for_both_and_labels_of_sub_folders(quick, tmp_path):
    for number in range(4):
        for label in "ab":
            write_sound(tmp_path / "in" / label / f"{number}.wav")
            write_picture(tmp_path / "in" / label / f"{number}.jpg")
    quick(tmp_path / "in", builder="audio_image_pairs", image_shape=SHAPE)
    pictures = stored_pictures(tmp_path / "data")
    assert describe(tmp_path / "data").class_names == ("a", "b")
    for _, example in examples(tmp_path / "data"):
        picture = pictures[example["pictures"][0]]
        stem = example["source"].decode().removesuffix(".wav")
        assert picture["source"].decode() == f"{stem}.jpg"
        assert picture["label"] == example["label"] == "ab".index(stem[0])


def test_a_window_and_a_size_of_pictures_mean_pairs_where_there_are_sounds(quick, tmp_path):
    for number in range(4):
        write_sound(tmp_path / "in" / f"{number}.wav")
    with pytest.raises(ValueError, match="no pictures are in .*--pictures"):
        quick(tmp_path / "in", image_shape=SHAPE)
    for number in range(4):
        write_picture(tmp_path / "in" / f"{number}.png")
    assert quick(tmp_path / "in", image_shape=SHAPE).builder == "audio_image_pairs"
    (tmp_path / "alone").mkdir()
    for number in range(4):
        write_picture(tmp_path / "alone" / f"{number}.png")
    assert quick(tmp_path / "alone", "pictures", image_shape=SHAPE).builder == "picture_folder"


def test_a_table_with_shared_pictures_labels_and_captions(pairs, folders, tmp_path):
    rows = [f"{n}.wav,{n // 2}.png,{'xy'[n % 2]},caption {n}" for n in range(8)]
    table = tmp_path / "pairs.csv"
    table.write_text("\n".join(["audio,image,label,caption", *rows, "0.wav,7.png,,"]))
    report = pairs(pairs_csv=table)
    pictures = stored_pictures(tmp_path / "data")
    assert len(pictures) == 5
    assert describe(tmp_path / "data").class_names == ("x", "y")
    for _, example in examples(tmp_path / "data"):
        number = int(example["source"].decode()[0])
        own = [pictures[place]["source"].decode() for place in example["pictures"]]
        assert own == ([f"{number // 2}.png", "7.png"] if number == 0 else [f"{number // 2}.png"])
        assert example["caption"].decode() == f"caption {number}"
        assert example["label"] == number % 2
    assert {skipped.file for skipped in report.skipped} == {"4.png", "5.png", "6.png"}
    assert any("belong to sounds of several splits" in notice for notice in report.notices)


def test_too_few_pictures_are_refused(pairs, folders, tmp_path):
    table = tmp_path / "pairs.csv"
    table.write_text("audio,image\n" + "".join(f"{n}.wav,0.png\n" for n in range(8)))
    with pytest.raises(NothingUsable, match="need a picture each; received 1"):
        pairs(pairs_csv=table)


def test_no_pair_at_all_says_why(quick, folders, tmp_path):
    write_picture(tmp_path / "other" / "x.png")
    with pytest.raises(NothingUsable, match="no usable audio.*no picture has its stem"):
        quick(folders[0], pictures=tmp_path / "other", image_shape=SHAPE)
