"""The figures of retrieval on embeddings with known answers."""

import json

import numpy as np
import pytest
import tensorflow as tf

from tfaudiogen.evaluation.retrieval import retrieval_report

FILES = ["a.wav", "a.wav", "b.wav", "c.wav"]
# The windows of a.wav share a picture.
PLACES = np.array([0, 0, 1, 2])


class Known:
    """An embedder that finds in images and pictures the embedding itself."""

    def embed_images(self, images):
        return tf.reshape(images, (len(images), -1))

    def embed_pictures(self, pictures):
        return np.reshape(pictures, (len(pictures), -1))

    def kinds(self, labels, class_names):
        return labels


class OfFirstWords(Known):
    """One to which labels of one first word are alike."""

    def kinds(self, labels, class_names):
        words = [name.split()[0] for name in class_names]
        return np.array([words.index(words[label]) for label in labels])


def batches(sounds, pictures, size=3):
    values = {
        "image": np.float32(sounds)[:, :, None, None],
        "picture": np.float32(pictures)[PLACES][:, :, None, None],
        "label": np.array([0, 0, 1, 0]),
        "id": np.arange(4),
    }
    return tf.data.Dataset.from_tensor_slices(values).batch(size)


def report(sounds, pictures, names=("low", "high"), model=None):
    return retrieval_report(model or Known(), batches(sounds, pictures), FILES, names)


def test_each_picture_is_a_candidate_once():
    pictures = np.eye(3)
    sounds = [[1, 0, 0], [0.9, 0.3, 0], [0, 0.9, 0.3], [0, 0.8, 0.5]]
    found = report(sounds, pictures)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["windows"], found["files"], found["pictures"]) == (4, 3, 3)
    there, back = found["sound_to_picture"], found["picture_to_sound"]
    assert (there["candidates"], back["candidates"]) == (3, 4)
    assert there["recall_at_1"]["mean"] == 0.75  # the last one takes b's picture
    # Of three files, one of which has no hit, and one two.
    assert there["recall_at_1"]["interval"] == [0.0, 1.0]
    low, high = there["median_rank"]["interval"]
    assert low <= there["median_rank"]["median"] <= high
    assert there["recall_at_1"]["chance"] == pytest.approx(1 / 3)
    assert back["recall_at_1"]["mean"] == 1.0
    assert back["recall_at_1"]["chance"] == pytest.approx((2 / 4 + 1 / 4 + 1 / 4) / 3)
    assert back["median_rank"]["median"] == 1.0
    # Of the label of the last one there is the picture of a.wav, which is no nearer.
    assert found["sound_to_picture_by_label"]["recall_at_1"]["mean"] == 0.75
    chance = found["sound_to_picture_by_label"]["recall_at_1"]["chance"]
    assert chance == pytest.approx((3 * 2 / 3 + 1 / 3) / 4)


def test_embeddings_that_know_nothing_are_at_chance():
    """Pictures that differ, all of which are as near to all sounds."""
    pictures = np.array([[1.0, 0.0, 1.0], [1.0, 0.0, 2.0], [1.0, 0.0, 3.0]])
    found = report(np.tile([0.5, 0.5, 0.0], (4, 1)), pictures)
    for direction in ("sound_to_picture", "picture_to_sound", "sound_to_picture_by_label"):
        for name in ("recall_at_1", "recall_at_5", "median_rank"):
            figure = found[direction][name]
            value = figure.get("mean", figure.get("median"))
            assert value == pytest.approx(figure["chance"]), (direction, name)


def test_by_label_goes_by_what_the_model_takes_for_alike():
    sounds, pictures = [[0, 1, 0], [0, 1, 0], [0, 1, 0], [0, 1, 0]], np.eye(3)
    names = ("7 jackson", "7 theo", "8 theo")
    by_name, by_word = (report(sounds, pictures, names, model()) for model in (Known, OfFirstWords))
    # All sounds are nearest to the picture of b.wav, whose label differs in its second word.
    assert by_name["sound_to_picture_by_label"]["recall_at_1"]["mean"] == 0.25
    assert by_word["sound_to_picture_by_label"]["recall_at_1"]["mean"] == 1.0
    assert by_word["sound_to_picture"] == by_name["sound_to_picture"]
    alike = report(sounds, pictures, ("7 jackson", "7 theo"), OfFirstWords())
    assert "sound_to_picture_by_label" not in alike


def test_without_labels_there_are_none_by_label():
    assert not [name for name in report(np.ones((4, 3)), np.eye(3), ("audio",)) if "label" in name]


def test_no_windows_are_refused():
    with pytest.raises(ValueError, match="windows must hold at least one batch"):
        retrieval_report(Known(), [], FILES)
