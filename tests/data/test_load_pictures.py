"""Batches of pictures: what they hold, their order, and what does not fit."""

import numpy as np
import pytest
from PIL import Image

import tfaudiogen
from tfaudiogen.data import Augmentation, describe, load_dataset, prepare

SHAPE = (6, 8, 3)


@pytest.fixture
def data(tmp_path, pictures):
    folder = pictures(20)
    prepare(folder, tmp_path / "data", image_shape=SHAPE, progress=False)
    return tmp_path / "data"


def ids(dataset, steps):
    return np.concatenate([batch["id"].numpy() for batch in dataset.take(steps)])


def test_batches_hold_the_very_levels_of_the_files(data, tmp_path):
    files, names = describe(data).files("train"), describe(data).class_names
    (batch,) = load_dataset(data, tfaudiogen.Pictures(*SHAPE), batch_size=99, shuffle=False)
    assert set(batch) == {"image", "label", "id"}
    assert batch["image"].shape == (len(files), *SHAPE)
    for image, label, number in zip(batch["image"], batch["label"], batch["id"], strict=True):
        origin = files[int(number)]
        levels = np.asarray(Image.open(tmp_path / "pictures" / origin.file))
        np.testing.assert_array_equal(np.rint(255 * image.numpy()), levels)
        assert names[int(label)] == origin.file.split("/")[0]
        assert origin.start is None


def test_order_is_a_function_of_seed_and_epoch_and_can_be_entered_anywhere(data):
    options = {"batch_size": 4, "repeat": True}
    pictures = tfaudiogen.Pictures(*SHAPE)
    first = ids(load_dataset(data, pictures, seed=3, **options), 8)
    np.testing.assert_array_equal(first, ids(load_dataset(data, pictures, seed=3, **options), 8))
    assert np.any(first != ids(load_dataset(data, pictures, seed=4, **options), 8))
    later = load_dataset(data, pictures, seed=3, first_step=5, **options)
    np.testing.assert_array_equal(first[20:], ids(later, 3))


def test_what_does_not_fit_is_refused(data, tmp_path, tones, quick):
    pictures = tfaudiogen.Pictures(*SHAPE)
    with pytest.raises(ValueError, match=r"\[6, 8, 3\] \(height, width, channels\)"):
        load_dataset(data, tfaudiogen.Pictures(6, 8, 1))
    with pytest.raises(ValueError, match="are pictures, and the model is one of sounds"):
        load_dataset(data, tfaudiogen.Spectrogram())
    with pytest.raises(ValueError, match="are for sounds"):
        load_dataset(data, pictures, augment=Augmentation())
    quick(tones, "sounds")
    with pytest.raises(ValueError, match="are sounds, and the model is one of pictures"):
        load_dataset(tmp_path / "sounds", pictures)
    with pytest.raises(ValueError, match="image_shape must be"):
        prepare(tones, tmp_path / "more", builder="picture_folder", image_shape=(6, 8, 4))
    with pytest.raises(ValueError, match="image_shape is of pictures"):
        prepare(tones, tmp_path / "more", builder="audio_folder", image_shape=SHAPE)
    with pytest.raises(ValueError, match="it holds none"):
        prepare(tones, tmp_path / "more", image_shape=SHAPE, progress=False)


def test_labels_from_a_file(tmp_path, pictures):
    folder = pictures(6)
    table = tmp_path / "labels.csv"
    table.write_text("file,label\n" + "".join(f"{n}.png,{'ab'[n % 2]}\n" for n in range(5)))
    report = prepare(folder, tmp_path / "data", image_shape=SHAPE, labels_csv=table, progress=False)
    assert describe(tmp_path / "data").class_names == ("a", "b")
    assert [one.file for one in report.skipped] == ["bright/5.png"]


def test_labels_from_the_names(tmp_path, pictures):
    options = {"image_shape": SHAPE, "label_pattern": "([0-9])$", "progress": False}
    prepare(pictures(6), tmp_path / "data", **options)
    assert describe(tmp_path / "data").class_names == tuple("012345")
