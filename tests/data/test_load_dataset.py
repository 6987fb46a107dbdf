import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.data import Augmentation, load_dataset
from tfaudiogen.data.pipeline.storage import Records
from tfaudiogen.layers.representations.spectrogram import Spectrogram

GEOMETRY = {"sample_rate": 8000, "frame_length": 64, "hop": 32, "frames": 64, "bins": 32}


@pytest.fixture
def spectrogram():
    return Spectrogram(**GEOMETRY)


@pytest.fixture
def data(tones, quick, tmp_path, write_tone):
    write_tone(tones / "low" / "short.wav", 0.1)
    quick(tones)
    return tmp_path / "data"


def batches(*args, **options):
    return list(load_dataset(*args, **options).as_numpy_iterator())


def joined(batches, name):
    return np.concatenate([batch[name] for batch in batches])


def equal(one, two):
    assert len(one) == len(two)
    for a, b in zip(one, two, strict=True):
        assert a.keys() == b.keys()
        assert all(np.array_equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("cache", [False, True])
def test_a_batch_is_what_was_stored(data, spectrogram, cache):
    records = Records(data, "train")
    found = batches(data, spectrogram, batch_size=4, audio=True, cache=cache)
    assert found[0]["image"].shape == (4, 64, 32, 1)
    for batch in found:
        for place, index in enumerate(batch["id"]):
            example = records.example(index)
            audio = example["audio"].astype(np.float32) / 2**15
            np.testing.assert_array_equal(batch["audio"][place], audio)
            assert batch["label"][place] == example["label"]
            assert batch["frames"][place] == -(-example["length"] // 32)
            image = spectrogram(audio[None]).numpy()[0]
            assert np.max(np.abs(batch["image"][place] - image)) <= 0.5 / 255 + 1e-5


def test_types(data, spectrogram):
    spec = load_dataset(data, spectrogram, batch_size=4, audio=True).element_spec
    assert {name: (entry.dtype, tuple(entry.shape)) for name, entry in spec.items()} == {
        "image": (tf.float32, (4, 64, 32, 1)),
        "label": (tf.int32, (4,)),
        "id": (tf.int64, (4,)),
        "frames": (tf.int32, (4,)),
        "audio": (tf.float32, (4, 2048)),
    }


def test_images_are_quantised(data, spectrogram):
    levels = joined(batches(data, spectrogram), "image") * 255
    np.testing.assert_allclose(levels, np.rint(levels), atol=1e-4)


def test_order_is_reproducible_and_another_in_each_epoch(data, spectrogram):
    one, two = (load_dataset(data, spectrogram, batch_size=4, seed=5) for _ in range(2))
    first = [joined(list(one.as_numpy_iterator()), "id") for _ in range(2)]
    second = [joined(list(two.as_numpy_iterator()), "id") for _ in range(2)]
    np.testing.assert_array_equal(first, second)
    assert not np.array_equal(*first)


@pytest.mark.parametrize("cache", [False, True])
def test_the_stream_continues_where_it_was_left(data, spectrogram, cache):
    augment = Augmentation(pitch_semitones=2, frequency_mask=5, time_mask=9)
    options = {"batch_size": 3, "augment": augment, "cache": cache, "repeat": True}
    stream = load_dataset(data, spectrogram, **options)
    later = load_dataset(data, spectrogram, **options, first_step=7)
    assert stream.cardinality() == tf.data.INFINITE_CARDINALITY
    equal(list(stream.skip(7).take(9).as_numpy_iterator()), list(later.take(9).as_numpy_iterator()))


def test_stream_and_epochs_agree(data, spectrogram):
    finite = load_dataset(data, spectrogram, batch_size=3)
    epochs = [batch for _ in range(2) for batch in finite.as_numpy_iterator()]
    stream = load_dataset(data, spectrogram, batch_size=3, repeat=True).take(len(epochs))
    equal(epochs, list(stream.as_numpy_iterator()))


def test_evaluation_splits_are_whole_and_in_order(data, spectrogram):
    for split in ("validation", "test"):
        ids = joined(batches(data, spectrogram, split=split, batch_size=3), "id")
        assert list(ids) == list(range(len(Records(data, split))))


def test_cardinality(data, spectrogram):
    for split in ("train", "validation", "test"):
        dataset = load_dataset(data, spectrogram, split=split, batch_size=3)
        assert dataset.cardinality().numpy() == len(list(dataset))


def test_noise_does_not_depend_on_the_batch(data, spectrogram):
    augment = Augmentation(gain_db=6, noise_db=-30, time_shift_seconds=0.05)
    small, large = (
        batches(
            data, spectrogram, augment=augment, batch_size=size, drop_remainder=False, audio=True
        )
        for size in (2, 5)
    )
    for name in ("id", "audio", "frames"):
        np.testing.assert_array_equal(joined(small, name), joined(large, name))


def test_noise_is_another_in_each_epoch(data, spectrogram):
    dataset = load_dataset(
        data, spectrogram, augment=Augmentation(gain_db=6), shuffle=False, audio=True
    )
    first, second = (joined(list(dataset.as_numpy_iterator()), "audio") for _ in range(2))
    assert not np.allclose(first, second)


@pytest.mark.parametrize("name", ["sample_rate", "frames"])
def test_geometry_must_agree(data, name):
    values = GEOMETRY | {name: GEOMETRY[name] * 2}
    with pytest.raises(ValueError, match=r"8000.*16000|2048.*4096"):
        load_dataset(data, Spectrogram(**values))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cache": True, "augment": Augmentation(gain_db=3)}, "gain_db.*cache=False"),
        ({"first_step": 3}, "needs repeat=True"),
        ({"first_step": -1, "repeat": True}, "must not be negative"),
        ({"split": "dev"}, "split must be one of"),
    ],
)
def test_bad_arguments(data, spectrogram, options, message):
    with pytest.raises(ValueError, match=message):
        load_dataset(data, spectrogram, **options)


def test_replicas_share_the_batches(data, spectrogram, mirrored):
    dataset = load_dataset(data, spectrogram, batch_size=4)
    ids = [
        np.concatenate([part.numpy() for part in mirrored.experimental_local_results(batch["id"])])
        for batch in mirrored.experimental_distribute_dataset(dataset)
    ]
    again = batches(data, spectrogram, batch_size=4)
    np.testing.assert_array_equal(np.concatenate(ids), joined(again, "id"))
