"""MNIST's idx files and CIFAR-10's binary files."""

import gzip
import struct

import numpy as np
import pytest

from tfaudiogen.data import describe, prepare
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.disk.errors import NothingUsable


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(np.uint8).tobytes()


def write_mnist(folder, part, count, packed=True):
    """Pictures whose every pixel is their number, labelled by its last digit."""
    folder.mkdir(exist_ok=True)
    images = np.broadcast_to(np.arange(count)[:, None, None], (count, 28, 28))
    for name, array in (("images-idx3", images), ("labels-idx1", np.arange(count) % 10)):
        data = idx(array)
        path = folder / f"{part}-{name}-ubyte{'.gz' if packed else ''}"
        path.write_bytes(gzip.compress(data) if packed else data)
    return folder


CIFAR_NAMES = ("airplane", "automobile", "bird", "cat", "deer")
CIFAR_NAMES += ("dog", "frog", "horse", "ship", "truck")


def stored(folder, split):
    records = Records(folder, split)
    return [records.example(number) for number in range(len(records))]


def test_mnist_keeps_its_test_split_and_takes_validation_from_train(tmp_path):
    source = write_mnist(tmp_path / "mnist", "train", 60)
    write_mnist(source, "t10k", 7, packed=False)
    report = prepare(source, tmp_path / "data", progress=False)
    summary = describe(tmp_path / "data")
    assert (report.builder, summary.image_shape) == ("mnist", (28, 28, 1))
    assert summary.examples["test"] == 7
    assert summary.examples["train"] + summary.examples["validation"] == 60
    assert 1 <= summary.examples["validation"] <= 15
    assert summary.class_names == tuple("0123456789")
    for example in stored(tmp_path / "data", "validation"):
        name, number = example["source"].decode().split("#")
        assert name == "train-images-idx3-ubyte"
        assert np.all(example["image"] == int(number))
        assert example["label"] == int(number) % 10


def test_mnist_in_another_size(tmp_path):
    source = write_mnist(tmp_path / "mnist", "train", 12)
    prepare(source, tmp_path / "data", image_shape=(32, 32, 3), progress=False)
    example = stored(tmp_path / "data", "test")[0]
    number = int(example["source"].decode().split("#")[1])
    assert example["image"].shape == (32, 32, 3)
    assert np.all(example["image"] == number)


def test_damaged_idx_files_are_named_and_the_rest_is_used(tmp_path):
    source = write_mnist(tmp_path / "mnist", "train", 12)
    images = source / "t10k-images-idx3-ubyte"
    images.write_bytes(idx(np.zeros((3, 28, 28)))[:-5])
    (source / "t10k-labels-idx1-ubyte").write_bytes(idx(np.zeros(3)))
    report = prepare(source, tmp_path / "data", progress=False)
    assert [(one.file, one.reason) for one in report.skipped] == [
        (images.name, "announces 2352 bytes and holds 2347")
    ]
    for path in [images, *source.glob("train-labels*")]:
        path.unlink()
    with pytest.raises(NothingUsable, match="its labels, train-labels-idx1-ubyte or"):
        prepare(source, tmp_path / "other", progress=False)


def test_cifar_planes_become_pixels(tmp_path):
    source = tmp_path / "cifar"
    source.mkdir()
    rows = np.random.default_rng(0).integers(0, 256, (30, 3073), np.uint8)
    rows[:, 0] %= 10
    rows[:20].tofile(source / "data_batch_1.bin")
    rows[20:].tofile(source / "test_batch.bin")
    (source / "data_batch_2.bin").write_bytes(bytes(3074))
    report = prepare(source, tmp_path / "data", progress=False)
    assert report.builder == "cifar10"
    assert [one.file for one in report.skipped] == ["data_batch_2.bin"]
    names = describe(tmp_path / "data").class_names
    examples = stored(tmp_path / "data", "test")
    assert len(examples) == 10
    for example in examples:
        row = rows[20 + int(example["source"].decode().split("#")[1])]
        assert names[example["label"]] == CIFAR_NAMES[row[0]]
        for channel in range(3):
            plane = row[1 + 1024 * channel : 1 + 1024 * (channel + 1)]
            np.testing.assert_array_equal(example["image"][..., channel].ravel(), plane)
