"""The keys of a batch for the two sides of a translation."""

import tensorflow as tf

from tfaudiogen.layers.representations.conditions import TOLD

SOUND, PICTURE = "image", "picture"
"""Entries of a batch of pairs: the spectrogram image of a sound, and a picture."""


def entries(source, target):
    """Return the names of what is given and of what is drawn.

    Of pairs a sound is the image, and a picture the picture. What is told (texts, labels, vectors)
    stands beside what is drawn, which is the image of its data set, sound or picture.

    Args:
        source, target: representations.

    Raises:
        ValueError: the target is told, or both are of one kind.
    """
    kinds = [source.kind, target.kind]
    if kinds[1] in TOLD or kinds[0] not in TOLD and sorted(kinds) != ["pictures", "sounds"]:
        raise ValueError(
            "source and target must be a Spectrogram and an autoencoder of pictures, or Pictures "
            "and an autoencoder of sounds, or Texts, Labels or Vectors and an autoencoder; "
            f"received {kinds[0]} and {kinds[1]}"
        )
    if source.kind in TOLD:
        return source.entry, SOUND
    return (SOUND, PICTURE) if source.kind == "sounds" else (PICTURE, SOUND)


def blank(source, target, size):
    """Return a batch of `size` examples of silence, black, and nothing told."""
    given, wanted = entries(source, target)
    shapes = {given: source.image_shape, wanted: target.image_shape}
    batch = {name: tf.zeros([size, *shape]) for name, shape in shapes.items()}
    if source.kind == "labels":
        batch[given] = tf.zeros([size], tf.int32)
    if source.kind == "texts":
        batch[given] = tf.cast(batch[given], tf.int32)
    return batch
