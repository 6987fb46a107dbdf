"""What a stage of a training leaves: what its logs show at which epoch, and its weights."""

import numpy as np
import tensorflow as tf


def logged(folder):
    """Return {(tag, what it is): {epoch: its picture, sound or text}} of the logs of a folder."""
    files = sorted(str(file) for file in (folder / "logs").glob("events.*"))
    found = {}
    for record in tf.data.TFRecordDataset(files):
        event = tf.compat.v1.Event.FromString(record.numpy())
        for value in event.summary.value:
            kind = value.WhichOneof("value")
            found.setdefault((value.tag, kind), {})[event.step] = getattr(value, kind)
    return found


def epochs(shown, tag, kind):
    end = "/sound" if kind == "audio" else ""
    return [set(shown.get((f"{tag}/{number}{end}", kind), {})) for number in range(4)]


def picture(value):
    return tf.io.decode_png(value.encoded_image_string).numpy()


def trained(folder):
    """Return all numbers of the checkpoint of a stage but those of the clock."""
    with np.load(folder / "checkpoint.npz") as file:
        return {name: file[name] for name in file.files if name != "state"}


def assert_same_weights(one, other):
    one, other = trained(one), trained(other)
    assert list(one) == list(other)
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name])
