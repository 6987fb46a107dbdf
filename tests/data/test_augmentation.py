import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.data import Augmentation
from tfaudiogen.data.pipeline.augmentation import _stretch
from tfaudiogen.probability import noise

KEY = noise.key(7, 64)
LENGTHS = tf.constant([1000] * 32 + [400] * 32, tf.int64)
FREQUENCIES = np.linspace(0.0, 3900.0, 40)


def waveforms():
    values = np.random.default_rng(0).normal(size=(64, 1000)).astype(np.float32) * 0.1
    return tf.constant(values * (np.arange(1000) < LENGTHS.numpy()[:, None]))


def changed(**options):
    before = waveforms()
    after, lengths = Augmentation(**options).change_waveforms(before, LENGTHS, KEY, 1000)
    return before.numpy(), after.numpy(), lengths.numpy()


def test_nothing_is_changed_by_default():
    before, after, lengths = changed()
    np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(lengths, LENGTHS)
    images = tf.random.stateless_uniform([64, 20, 40, 1], [0, 0])
    assert Augmentation().change_images(images, KEY, FREQUENCIES) is images


def test_gain_is_within_its_range():
    before, after, _ = changed(gain_db=6.0)
    gains = 20 * np.log10(np.linalg.norm(after, axis=1) / np.linalg.norm(before, axis=1))
    assert np.all(np.abs(gains) <= 6.001)
    assert gains.min() < -3 < 3 < gains.max()


def test_noise_has_its_level_and_leaves_the_padding_silent():
    before, after, lengths = changed(noise_db=-20.0)
    hiss = after - before
    levels = 20 * np.log10(
        [np.sqrt(np.mean(row[:length] ** 2)) for row, length in zip(hiss, lengths, strict=True)]
    )
    assert -41 < levels.min() < -35
    assert -25 < levels.max() < -19
    assert not np.any(after[32:, 400:])


def test_time_shift_moves_the_sound_and_its_length():
    before, after, lengths = changed(time_shift_seconds=0.9)
    for one, two, length, old in zip(before, after, lengths, LENGTHS.numpy(), strict=True):
        shift = int(np.argmax(np.correlate(two, one, "full"))) - 999
        moved = np.zeros(1000, np.float32)
        low, high = max(shift, 0), min(1000 + shift, 1000)
        moved[low:high] = one[low - shift : high - shift]
        np.testing.assert_array_equal(two, moved)
        assert length == np.clip(old + shift, 1, 1000)
        assert np.count_nonzero(two) >= old // 2 - 1


@pytest.mark.parametrize("factor", [0.5, 0.9, 1.0, 1.1, 2.0])
def test_stretching_moves_a_line_to_its_new_frequency(factor):
    image = np.exp(-(((FREQUENCIES - 1500) / 400) ** 2))[None, None, :, None].astype(np.float32)
    (row,) = _stretch(tf.constant(image), tf.constant([factor]), FREQUENCIES).numpy()[0]
    assert FREQUENCIES[row[:, 0].argmax()] == pytest.approx(1500 * factor, abs=100)
    assert row.max() == pytest.approx(1.0, abs=0.1)


def test_nothing_comes_from_above_the_highest_bin():
    image = tf.ones([1, 1, 40, 1])
    row = _stretch(image, tf.constant([0.5]), FREQUENCIES).numpy()[0, 0, :, 0]
    np.testing.assert_array_equal(row, FREQUENCIES <= 1950)


@pytest.mark.parametrize(("name", "axis"), [("frequency_mask", 2), ("time_mask", 1)])
def test_masks_silence_one_stretch(name, axis):
    images = tf.ones([64, 20, 40, 1])
    after = Augmentation(**{name: 8}).change_images(images, KEY, FREQUENCIES).numpy()
    silent = np.all(after == 0, axis=tuple({1, 2, 3} - {axis}))
    assert np.all(silent.sum(1) <= 8)
    assert silent.sum(1).max() >= 6
    edges = np.abs(np.diff(np.pad(silent.astype(int), ((0, 0), (1, 1))), axis=1)).sum(1)
    assert set(edges) <= {0, 2}


@pytest.mark.parametrize("options", [{"gain_db": -1}, {"time_mask": -1}, {"noise_db": 3}])
def test_bad_arguments(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        Augmentation(**options)
