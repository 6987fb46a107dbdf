"""Spoken digits paired with handwritten ones: digits, splits and seeds."""

import gzip
import struct
from collections import Counter

import numpy as np
import pytest
import soundfile

from tfaudiogen.data import NothingUsable, describe
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.data.splits import SPLITS
from tfaudiogen.datasets.spoken_digit_pictures.spoken_digit_pictures_dataset_builder import dealt


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoken")
    generator = np.random.default_rng(0)
    for digit in range(3):
        for speaker in ("george", "lucas"):
            for index in (0, 4, *range(5, 15)):
                name = f"{digit}_{speaker}_{index}.wav"
                soundfile.write(folder / name, 0.1 * generator.normal(size=900), 8000)
    return folder


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """MNIST in small: pictures whose every pixel is their digit."""
    folder = tmp_path_factory.mktemp("written")
    for part, count in (("train", 240), ("t10k", 30)):
        labels = np.arange(count, dtype=np.uint8) % 3
        images = np.broadcast_to(labels[:, None, None], (count, 28, 28))
        for kind, array in (("images-idx3", images), ("labels-idx1", labels)):
            head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
            data = gzip.compress(head + array.tobytes())
            (folder / f"{part}-{kind}-ubyte.gz").write_bytes(data)
    return folder


@pytest.fixture
def pairs(quick, spoken, written):
    def run(out="data", **options):
        return quick(spoken, out, samples=1024, pictures=written, **options)

    return run


def read(folder, *splits):
    records = Records(folder, *splits)
    return [records.example(place) for place in range(len(records))]


def partners(data):
    """{name of a sound: names of its pictures}."""
    pictures = read(data / "pictures", *SPLITS)
    return {
        example["source"]: [pictures[place]["source"] for place in example["pictures"]]
        for example in read(data, *SPLITS)
    }


def test_each_pair_is_of_one_digit_and_of_one_split(pairs, tmp_path):
    assert pairs().builder == "spoken_digit_pictures"
    data = tmp_path / "data"
    assert describe(data).picture_shape == (28, 28, 1)
    pictures = read(data / "pictures", *SPLITS)
    counts = describe(data / "pictures").examples
    assert counts["test"] == 30
    assert counts["train"] + counts["validation"] == 240
    ends = np.cumsum([counts[split] for split in SPLITS])
    for number, split in enumerate(SPLITS):
        for example in read(data, split):
            digit, _, index = example["source"].decode().removesuffix(".wav").split("_")
            assert (int(index) < 5) == (split == "test")
            for place in example["pictures"]:
                assert np.searchsorted(ends, place, side="right") == number
                assert pictures[place]["label"] == example["label"] == int(digit)
                assert np.all(pictures[place]["image"] == int(digit))


def test_every_picture_is_dealt_and_sounds_get_as_many(pairs, tmp_path):
    pairs()
    used = Counter(name for several in partners(tmp_path / "data").values() for name in several)
    assert len(used) == 270
    for split in SPLITS:
        for digit in range(3):
            own = [e for e in read(tmp_path / "data", split) if e["label"] == digit]
            sizes = {len(example["pictures"]) for example in own}
            assert max(sizes) - min(sizes) <= 1


def test_pairs_are_a_function_of_the_seed(pairs, tmp_path):
    for out, seed in (("one", 1), ("again", 1), ("other", 2)):
        pairs(out, seed=seed)
    one, again, other = (partners(tmp_path / out) for out in ("one", "again", "other"))
    assert one == again
    assert one != other


def test_a_speaker_can_be_the_test_split(pairs, tmp_path):
    pairs(test_speaker="lucas")
    for split in SPLITS:
        for example in read(tmp_path / "data", split):
            assert (example["speaker"] == b"lucas") == (split == "test")
    with pytest.raises(ValueError, match="one of george, lucas; received 'nobody'"):
        pairs("more", test_speaker="nobody")


def test_what_does_not_fit_is_refused(pairs, quick, spoken, tmp_path):
    with pytest.raises(ValueError, match="split_by_time"):
        pairs(split_by_time=True)
    options = {"builder": "spoken_digit_pictures", "pictures": tmp_path}
    with pytest.raises(NothingUsable, match="train-images-idx3-ubyte"):
        quick(spoken, **options)
    with pytest.raises(ValueError, match="test_speaker is for spoken_digits"):
        quick(spoken, builder="audio_folder", test_speaker="lucas")


def test_cards_go_round_when_there_are_few():
    hands = dealt("abc", range(5), np.random.default_rng(0))
    assert [len(hand) for hand in hands.values()] == [1] * 5
    assert set().union(*hands.values()) == set("abc")
