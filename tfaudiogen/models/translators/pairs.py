"""Batch entries of the source and target of a translator."""

import tensorflow as tf

from tfaudiogen.layers.representations.conditions import CONDITION_KINDS

SOUND, PICTURE = "image", "picture"
"""Entries of a batch of pairs: the spectrogram image of a sound, and a picture."""


def entries(source, target):
    """Return the batch entries of the source and the target.

    In a dataset of pairs, audio is "image" and images are "picture". With texts, labels or vectors
    as source, the target is the "image" of its dataset, whether audio or image.

    Args:
        source, target: representations.

    Raises:
        ValueError: the target is a text, labels or a vector, or both have the same modality.
    """
    kinds = [source.kind, target.kind]
    if (
        kinds[1] in CONDITION_KINDS
        or kinds[0] not in CONDITION_KINDS
        and sorted(kinds) != ["pictures", "sounds"]
    ):
        raise ValueError(
            "source and target must be a Spectrogram and an autoencoder of pictures, or Pictures "
            "and an autoencoder of sounds, or Texts, Labels or Vectors and an autoencoder; "
            f"received {kinds[0]} and {kinds[1]}"
        )
    if source.kind in CONDITION_KINDS:
        return source.entry, SOUND
    return (SOUND, PICTURE) if source.kind == "sounds" else (PICTURE, SOUND)


def dummy_pairs(source, target, size):
    """Return a batch of `size` dummy examples: silence, black images, empty conditions."""
    source_entry, target_entry = entries(source, target)
    shapes = {source_entry: source.image_shape, target_entry: target.image_shape}
    batch = {name: tf.zeros([size, *shape]) for name, shape in shapes.items()}
    if source.kind == "labels":
        batch[source_entry] = tf.zeros([size], tf.int32)
    if source.kind == "texts":
        batch[source_entry] = tf.cast(batch[source_entry], tf.int32)
    return batch
