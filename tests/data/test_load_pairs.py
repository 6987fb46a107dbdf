"""Batches of pairs: whose picture they hold, and which of several."""

import numpy as np
import pytest
import soundfile
from PIL import Image

import tfaudiogen
from tfaudiogen.data import describe, load_dataset, prepare

SHAPE = (6, 5, 3)
SPECTROGRAM = {"frame_length": 64, "hop": 32, "frames": 64, "bins": 32}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Twelve songs; song n has the colours 20 n + 0, 1 and 2."""
    folder = tmp_path_factory.mktemp("pairs")
    generator = np.random.default_rng(0)
    rows = ["audio,image"]
    for number in range(12):
        soundfile.write(folder / f"{number}.wav", 0.1 * generator.normal(size=5000), 8000)
        for shade in range(3):
            name = f"{number}-{shade}.png"
            Image.new("RGB", SHAPE[1::-1], (20 * number + shade,) * 3).save(folder / name)
            rows.append(f"{number}.wav,{name}")
    (folder / "pairs.csv").write_text("\n".join(rows))
    options = {"sample_rate": 8000, "samples": 2048, "image_shape": SHAPE, "progress": False}
    prepare(folder, folder / "data", pairs_csv=folder / "pairs.csv", **options)
    return folder / "data"


@pytest.fixture(scope="module")
def spectrogram():
    return tfaudiogen.Spectrogram(8000, **SPECTROGRAM)


def shades(batch):
    levels = np.rint(255 * batch["picture"].numpy())
    assert np.all(levels == levels[:, :1, :1, :1])
    return levels[:, 0, 0, 0].astype(int)


def numbers(data, split, batch):
    files = describe(data).files(split)
    return np.array([int(files[int(i)].file.removesuffix(".wav")) for i in batch["id"]])


@pytest.mark.parametrize("cache", [False, True])
def test_a_batch_holds_the_sounds_and_one_of_their_pictures(data, spectrogram, cache):
    seen = {}
    options = {"batch_size": 4, "cache": cache, "audio": True, "repeat": True}
    for batch in load_dataset(data, spectrogram, **options).take(16):
        assert set(batch) == {"image", "picture", "label", "id", "frames", "audio"}
        assert batch["image"].shape == (4, 64, 32, 1)
        assert batch["picture"].shape == (4, *SHAPE)
        assert batch["audio"].shape == (4, 2048)
        own, found = numbers(data, "train", batch), shades(batch)
        np.testing.assert_array_equal(found // 20, own)
        for number, shade in zip(own, found % 20, strict=True):
            seen.setdefault(number, set()).add(shade)
    assert max(len(one) for one in seen.values()) == 3


def test_a_fixed_order_has_fixed_pairs(data, spectrogram):
    for _ in range(2):
        for batch in load_dataset(data, spectrogram, "validation", batch_size=2):
            np.testing.assert_array_equal(shades(batch), 20 * numbers(data, "validation", batch))


def test_the_draws_are_a_function_of_seed_and_epoch(data, spectrogram):
    def stream(first_step=0, seed=3):
        options = {"batch_size": 4, "repeat": True, "first_step": first_step, "seed": seed}
        return np.array([shades(b) for b in load_dataset(data, spectrogram, **options).take(6)])

    np.testing.assert_array_equal(stream(), stream())
    assert np.any(stream() != stream(seed=4))
    longer = load_dataset(data, spectrogram, batch_size=4, repeat=True, seed=3).take(10)
    np.testing.assert_array_equal(np.array([shades(b) for b in longer])[4:], stream(4))


def test_pictures_alone_are_each_there_once(data):
    pictures = tfaudiogen.Pictures(*SHAPE)
    found = []
    for split in ("train", "validation", "test"):
        for batch in load_dataset(data, pictures, split, batch_size=5, drop_remainder=False):
            assert set(batch) == {"image", "label", "id"}
            found += np.rint(255 * batch["image"][:, 0, 0, 0].numpy()).astype(int).tolist()
    assert sorted(found) == sorted(20 * n + shade for n in range(12) for shade in range(3))


def test_another_size_is_refused(data):
    with pytest.raises(ValueError, match=r"\[6, 5, 3\] \(height, width, channels\)"):
        load_dataset(data, tfaudiogen.Pictures(6, 5, 1))
