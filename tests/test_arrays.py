"""What arrays of sounds, pictures and vectors are taken for, and which are refused."""

import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.validation import arrays

HALF = 0.5 * np.ones((2, 40), np.float32)
SHAPE = (4, 6, 3)
GREY = 0.5 * np.ones((2, *SHAPE), np.float32)


@pytest.mark.parametrize(
    "inputs",
    [
        HALF,
        HALF.astype(np.float64),
        HALF.astype(np.float16),
        HALF.tolist(),
        tf.constant(HALF),
        tf.constant(HALF, tf.bfloat16),
        np.full((2, 40), 64, np.int8),
        np.full((2, 40), 128 + 64, np.uint8),
        np.full((2, 40), 2**14, np.int16),
        np.full((2, 40), 2**30, np.int32),
        tf.fill((2, 40), tf.constant(2**14, tf.int16)),
    ],
    ids=lambda inputs: f"{type(inputs).__name__} {getattr(inputs, 'dtype', '')}",
)
def test_sounds_of_all_types_are_those_of_floats(inputs):
    found = arrays.waveforms(inputs)
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, HALF)
    np.testing.assert_array_equal(arrays.waveforms(inputs[0]), HALF[0])


def test_numbers_of_no_scale_are_taken_as_they_are():
    np.testing.assert_array_equal(arrays.waveforms([0, 1, -1]), [0.0, 1.0, -1.0])
    np.testing.assert_array_equal(arrays.waveforms([1.5, -3.9]), np.float32([1.5, -3.9]))


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            np.zeros((400, 2)),
            r"received shape \[400, 2\], which looks like 400 samples of 2 c",
        ),
        (np.zeros((9, 1)), r"give their mean, waveform.mean\(axis=1\), or each .*, waveform.T"),
        (
            np.zeros((2, 40, 2)),
            r"shape \[N\] or \[B, N\] .* \[2, 40, 2\]: give channels",
        ),
        (np.zeros(()), r"not be empty, received shape \[\]"),
        (np.zeros((2, 0)), r"not be empty, received shape \[2, 0\]"),
        (2e4 * HALF, r"in \[-1, 1\], received 10000 at \[0, 0\]: divide by .* 32768"),
        ([0, 0, -20000], r"in \[-1, 1\], received -20000 at \[2\]"),
        ([0.0, np.nan], r"must be finite, received nan at \[1\]"),
        ([[0.0, 1.0], [0.0, -np.inf]], r"must be finite, received -inf at \[1, 1\]"),
        ([0.0, 1e300], r"must be finite, received inf at \[1\]"),
        ([[0.0], [0.0, 1.0]], "must be one array of numbers: give those of unlike lengths one by"),
        (["a.wav"], "must hold numbers, received the type <U5"),
        ([True, False], "must hold numbers, received the type bool"),
        ([1j], "must hold numbers, received the type complex128"),
        (None, "must hold numbers, received the type object"),
    ],
)
def test_what_is_no_sound_is_refused(inputs, message):
    with pytest.raises(ValueError, match=f"^waveform .*{message}"):
        arrays.waveforms(inputs)


@pytest.mark.parametrize(
    "inputs",
    [
        np.full((2, *SHAPE), 102, np.uint8),
        np.full((2, *SHAPE), 102 * 257, np.uint16),
        np.full((2, *SHAPE), 0.4),
        tf.fill((2, *SHAPE), tf.constant(102, tf.uint8)),
    ],
)
def test_pictures_of_all_types_are_those_of_floats(inputs):
    found = arrays.pictures(inputs, SHAPE)
    np.testing.assert_allclose(found, np.full((2, *SHAPE), 0.4, np.float32), rtol=1e-6)
    np.testing.assert_array_equal(arrays.pictures(inputs[0], SHAPE), found[0])


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (255 * GREY, r"in \[0, 1\], received 127.5 at \[0, 0, 0, 0\]: divide by 255, or .* uint8"),
        (np.full(SHAPE, 255), r"in \[0, 1\], received 255"),
        (GREY - 1.0, r"in \[0, 1\], received -0.5 at \[0, 0, 0, 0\]"),
        (GREY * np.nan, r"must be finite, received nan at \[0, 0, 0, 0\]"),
        (np.moveaxis(GREY, -1, 1), r"channels come first: give np.moveaxis\(picture, -3, -1\)"),
        (np.moveaxis(GREY[0], -1, 0), r"\[3, 4, 6\], whose channels come first"),
        (GREY[..., 0], r"shape \[4, 6, 3\] or \[B, 4, 6, 3\] .* received shape \[2, 4, 6\]$"),
        (GREY[:0], r"not be empty, received shape \[0, 4, 6, 3\]"),
    ],
)
def test_what_is_no_picture_is_refused(inputs, message):
    with pytest.raises(ValueError, match=f"^picture .*{message}"):
        arrays.pictures(inputs, SHAPE)


def test_pictures_of_one_channel_are_asked_for_it():
    with pytest.raises(ValueError, match=r", without channels: give picture\[..., None\]"):
        arrays.pictures(np.zeros((4, 6)), (4, 6, 1))


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.zeros(4), r"shape \[3\] or \[B, 3\], received shape \[4\]"),
        ([0.0, 0.0, np.nan], r"must be finite, received nan at \[2\]"),
    ],
)
def test_what_is_no_vector_is_refused(inputs, message):
    with pytest.raises(ValueError, match=f"^vector .*{message}"):
        arrays.vectors(inputs, 3)
