"""Files of pictures of every kind, good and bad, through `read_picture` and `prepare`."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from tfaudiogen.data.reading.image import read_picture
from tfaudiogen.disk.errors import NothingUsable, Unusable

SHAPE = (6, 8, 3)


def noise(height=12, width=16, channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def huge_png(path, side=20000):
    """Only the head of a picture, which says how large it is."""
    head = b"IHDR" + struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    body = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    data = b"IDAT"
    body += struct.pack(">I", 0) + data + struct.pack(">I", zlib.crc32(data))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


@pytest.mark.parametrize("suffix", ["png", "bmp", "gif", "webp", "jpg"])
def test_a_plain_colour_survives_in_every_format(tmp_path, suffix):
    path = tmp_path / f"plain.{suffix}"
    Image.new("RGB", (20, 10), (200, 100, 50)).save(path)
    levels, taken = read_picture(path, SHAPE)
    assert (levels.shape, levels.dtype) == (SHAPE, np.uint8)
    assert (taken.width, taken.height, taken.frames) == (20, 10, 1)
    np.testing.assert_allclose(levels, np.broadcast_to([200, 100, 50], SHAPE), atol=6)


def test_a_picture_of_the_size_is_unchanged_and_others_cut_around_the_centre(tmp_path):
    exact = noise(*SHAPE)
    Image.fromarray(exact).save(tmp_path / "exact.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "exact.png", SHAPE)[0], exact)
    wide = np.concatenate([np.zeros((6, 4, 3), np.uint8), exact, np.zeros((6, 4, 3), np.uint8)], 1)
    Image.fromarray(wide).save(tmp_path / "wide.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "wide.png", SHAPE)[0], exact)


def test_depths_and_colour_spaces_become_eight_bits(tmp_path):
    deep = np.full((6, 8), 0x8080, np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    assert np.all(read_picture(tmp_path / "deep.png", SHAPE)[0] == 128)
    Image.new("CMYK", (8, 6), (0, 255, 255, 0)).save(tmp_path / "red.jpg")
    red = read_picture(tmp_path / "red.jpg", SHAPE)[0]
    assert np.all(red[..., 0] > 200)
    assert np.all(red[..., 1:] < 60)
    Image.new("RGB", (8, 6), (0, 255, 0)).quantize(2).save(tmp_path / "palette.png")
    assert np.all(read_picture(tmp_path / "palette.png", SHAPE)[0] == [0, 255, 0])
    assert np.all(read_picture(tmp_path / "palette.png", (6, 8, 1))[0] == 150)


def test_transparent_parts_become_white(tmp_path):
    Image.new("RGBA", (8, 6), (0, 0, 0, 0)).save(tmp_path / "glass.png")
    levels, taken = read_picture(tmp_path / "glass.png", SHAPE)
    assert taken.transparent
    assert np.all(levels == 255)


def test_a_photograph_is_turned_upright(tmp_path):
    picture = np.zeros((8, 6, 3), np.uint8)
    picture[:4] = 255
    tags = Image.Exif()
    tags[0x0112] = 6  # turned a quarter to the left
    Image.fromarray(picture).save(tmp_path / "turned.png", exif=tags)
    levels, taken = read_picture(tmp_path / "turned.png", SHAPE)
    assert (taken.width, taken.height) == (8, 6)
    assert levels[:, 4:].min() == 255
    assert levels[:, :4].max() == 0


def bad_files(folder):
    """{name: part of the reason} of files that give no picture, written into the folder."""
    good = folder / "good.png"
    Image.fromarray(noise(64, 64)).save(good)
    whole = good.read_bytes()
    good.unlink()
    (folder / "truncated.png").write_bytes(whole[: len(whole) // 2])
    (folder / "broken.png").write_bytes(whole[:60] + bytes(60) + whole[120:])
    (folder / "empty.png").write_bytes(b"")
    (folder / "drawing.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "sound.jpg").write_bytes(b"RIFF\x24\0\0\0WAVEfmt " + bytes(40))
    huge_png(folder / "huge.png")
    huge_png(folder / "large.png", 9500)
    not_one = "not a png, jpeg, bmp, gif or webp picture"
    reasons = {"truncated.png": "truncated", "broken.png": "", "empty.png": not_one}
    reasons |= {"drawing.png": not_one, "sound.jpg": not_one}
    return reasons | {"huge.png": "million pixels", "large.png": "more than 80 million"}


def test_what_gives_no_picture_is_refused_with_its_reason(tmp_path):
    for name, reason in bad_files(tmp_path).items():
        with pytest.raises(Unusable, match=reason or "."):
            read_picture(tmp_path / name, SHAPE)


def test_bad_files_end_no_preparation_and_are_named(tmp_path, pictures):
    folder = pictures(8)
    reasons = bad_files(folder)
    Image.new("RGB", (1, 1), (9, 9, 9)).save(folder / "point.png")
    (folder / "notes.txt").write_text("none")
    frames = [Image.fromarray(noise(6, 8, seed=seed)) for seed in (1, 2)]
    frames[0].save(folder / "moving.gif", save_all=True, append_images=frames[1:])
    from tfaudiogen.data import describe, prepare

    report = prepare(folder, tmp_path / "data", image_shape=SHAPE, progress=False)
    skipped = {one.file: one.reason for one in report.skipped}
    assert set(skipped) == set(reasons)
    assert all(reasons[name] in skipped[name] for name in reasons)
    assert sum(report.total(split).windows for split in report.splits) == 10
    assert report.ignored == ["notes.txt"]
    text = str(report)
    assert "smaller than 6 x 8, enlarged: point.png" in text
    assert "several frames, of which the first is taken: moving.gif" in text
    assert "one picture: 6 x 8, RGB" in text
    summary = describe(tmp_path / "data")
    assert (summary.image_shape, summary.sample_rate, summary.kind) == (SHAPE, None, "pictures")


def test_a_folder_without_a_usable_picture_is_refused_with_the_first_reason(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.png").write_bytes(b"")
    from tfaudiogen.data import prepare

    with pytest.raises(NothingUsable, match="1 file skipped, first a.png: not a png"):
        prepare(tmp_path / "in", tmp_path / "data", progress=False)
