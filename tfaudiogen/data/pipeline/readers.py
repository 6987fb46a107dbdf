"""Functions that read audio, images, paired images and conditioning by example id."""

import math

import tensorflow as tf

from tfaudiogen.data.pipeline.cache import LEVELS
from tfaudiogen.data.pipeline.storage import PICTURES, Records
from tfaudiogen.data.splits import SPLITS
from tfaudiogen.probability import noise

_FULL_SCALE = 2.0**15
_LABEL = {"label": tf.io.FixedLenFeature([], tf.int64)}
_SOUND = {
    "audio": tf.io.FixedLenFeature([], tf.string),
    "length": tf.io.FixedLenFeature([], tf.int64),
}
_IMAGE = {"image": tf.io.FixedLenFeature([], tf.string)}
_PARTNERS = {"pictures": tf.io.VarLenFeature(tf.int64)}
_TEXTS = {"caption": tf.io.VarLenFeature(tf.string)}
_VECTORS = {"vector": tf.io.VarLenFeature(tf.float32)}


def sound_reader(records, samples):
    """Return a function from ids [B] to waveforms [B, N], lengths [B] and labels [B]."""

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
    """Return a function from ids [B] to images [B, H, W, C] and labels [B]."""
    size = math.prod(image_shape)

    def read(ids):
        parsed = _parsed(records, ids, {**_IMAGE, **_LABEL})
        levels = tf.io.decode_raw(parsed["image"], tf.uint8, fixed_length=size)
        images = tf.reshape(tf.cast(levels, tf.float32) / LEVELS, (-1, *image_shape))
        images = tf.ensure_shape(images, (*ids.shape, *image_shape))
        return {"image": images, "label": tf.cast(parsed["label"], tf.int32)}

    return read


def partner_reader(records, summary, varied):
    """Return a function from ids [B] of sounds and their `Key` to paired images [B, H, W, C].

    Args:
        records: the `Records` of the sounds.
        summary: `DataSummary` of the pairs.
        varied: draw one of the images of a sound in each epoch, instead of taking the first.
    """
    read_picture = picture_reader(
        Records(summary.folder / PICTURES, *SPLITS), summary.picture_shape
    )

    def read(ids, key):
        positions = _parsed(records, ids, _PARTNERS)["pictures"]
        positions = tf.sparse.to_dense(positions, default_value=-1)  # [B, P], -1 after the last
        partners = _one_of(positions, positions >= 0, key if varied else None, "picture")
        return read_picture(tf.ensure_shape(partners, ids.shape))["image"]

    return read


def conditioning_reader(records, conditioning, varied):
    """Return a function from ids [B] and their `Key` to the conditioning, {entry: [B, ...]}.

    Args:
        records: the `Records` of the sounds or images.
        conditioning: its representation, `Texts` or `Vectors`. (Labels are always read.)
        varied: if an example has several, draw one in each epoch, instead of taking the first.
    """
    several = {"texts": _texts, "vectors": _vectors}[conditioning.kind]

    def read(ids, key):
        values, there = several(records, ids, *conditioning.image_shape)  # [B, P, S], [B, P]
        chosen = _one_of(values, there, key if varied else None, conditioning.entry)
        return {
            conditioning.entry: tf.ensure_shape(chosen, (*ids.shape, *conditioning.image_shape))
        }

    return read


def _texts(records, ids, length):
    """Return captions as bytes, int32 [B, P, S], padded with zeros, and a mask [B, P]."""
    texts = tf.sparse.to_dense(_parsed(records, ids, _TEXTS)["caption"], default_value="")
    texts = tf.pad(texts, [[0, 0], [0, 1]])  # an example may have none
    levels = tf.io.decode_raw(texts, tf.uint8, fixed_length=length)
    return tf.cast(levels, tf.int32), texts != ""


def _vectors(records, ids, size):
    """Return embeddings [B, P, E] and a mask [B, P]."""
    found = _parsed(records, ids, _VECTORS)["vector"]
    there = tf.sparse.map_values(tf.ones_like, found)
    # A -1 in the shape could not be inferred for an empty part of a batch.
    shape = (tf.size(ids), tf.shape(tf.sparse.to_dense(found))[1] // size, size)
    values, there = (tf.reshape(tf.sparse.to_dense(one), shape) for one in (found, there))
    return values, tf.reduce_any(there > 0, axis=2)


def _one_of(values, there, key, name):
    """Select [B, ...] from [B, P, ...]: the first, or with a `Key` a random one of those present.

    `there` is a mask [B, P] of the values that are present.
    """
    chosen = tf.zeros_like(there[:, 0], tf.int64)
    if key is not None:
        counts = tf.reduce_sum(tf.cast(there, tf.float32), axis=1)
        chosen = tf.cast(noise.uniform(key, name) * counts, tf.int64)
    return tf.gather(values, chosen, axis=1, batch_dims=1)


def _parsed(records, ids, features):
    serialised = tf.numpy_function(records.serialised, [ids], tf.string, stateful=False)
    return tf.io.parse_example(tf.ensure_shape(serialised, ids.shape), features)
