"""From ids to batches of what is stored: sounds, pictures, and the pictures of sounds."""

import math

import tensorflow as tf

from tfaudiogen import noise
from tfaudiogen.data.cache import LEVELS
from tfaudiogen.data.splits import SPLITS
from tfaudiogen.data.storage import PICTURES, Records

_FULL_SCALE = 2.0**15
_LABEL = {"label": tf.io.FixedLenFeature([], tf.int64)}
_SOUND = {
    "audio": tf.io.FixedLenFeature([], tf.string),
    "length": tf.io.FixedLenFeature([], tf.int64),
}
_IMAGE = {"image": tf.io.FixedLenFeature([], tf.string)}
_PARTNERS = {"pictures": tf.io.VarLenFeature(tf.int64)}


def sound_reader(records, samples):
    """Return the function from ids [B] to waveforms [B, N], lengths [B] and labels [B]."""

    def read(ids):
        parsed = _parsed(records, ids, {**_SOUND, **_LABEL})
        levels = tf.io.decode_raw(parsed["audio"], tf.int16, fixed_length=2 * samples)
        return {
            "audio": tf.cast(levels, tf.float32) / _FULL_SCALE,
            "length": parsed["length"],
            "label": tf.cast(parsed["label"], tf.int32),
        }

    return read


def picture_reader(records, image_shape):
    """Return the function from ids [B] to images [B, H, W, C] and labels [B]."""
    size = math.prod(image_shape)

    def read(ids):
        parsed = _parsed(records, ids, {**_IMAGE, **_LABEL})
        levels = tf.io.decode_raw(parsed["image"], tf.uint8, fixed_length=size)
        images = tf.reshape(tf.cast(levels, tf.float32) / LEVELS, (-1, *image_shape))
        images = tf.ensure_shape(images, (*ids.shape, *image_shape))
        return {"image": images, "label": tf.cast(parsed["label"], tf.int32)}

    return read


def partner_reader(records, summary, varied):
    """Return the function from ids [B] of sounds and their `Key` to pictures [B, H, W, C].

    Args:
        records: of the sounds.
        summary: `DataSummary` of the pairs.
        varied: whether each epoch draws one of the pictures of a sound; otherwise it is the first.
    """
    read_picture = picture_reader(
        Records(summary.folder / PICTURES, *SPLITS), summary.picture_shape
    )

    def read(ids, key):
        places = _parsed(records, ids, _PARTNERS)["pictures"]
        places = tf.sparse.to_dense(places, default_value=-1)  # [B, P], -1 after the last
        chosen = tf.zeros_like(ids)
        if varied:
            counts = tf.reduce_sum(tf.cast(places >= 0, tf.float32), axis=1)
            chosen = tf.cast(noise.uniform(key, "picture") * counts, tf.int64)
        partners = tf.gather(places, chosen, axis=1, batch_dims=1)
        return read_picture(tf.ensure_shape(partners, ids.shape))["image"]

    return read


def _parsed(records, ids, features):
    serialised = tf.numpy_function(records.serialised, [ids], tf.string, stateful=False)
    return tf.io.parse_example(tf.ensure_shape(serialised, ids.shape), features)
