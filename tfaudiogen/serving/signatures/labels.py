"""Labels in requests: texts that are looked up inside the graph."""

import tensorflow as tf

from tfaudiogen.models.priors.labels import LabelNames, pick
from tfaudiogen.probability import noise
from tfaudiogen.serving.request_checks import check


class RequestLabels:
    """Finds the labels that a request names; an empty text names none.

    Args:
        names: of the labels; at least one.
    """

    def __init__(self, names):
        self.names, self._known = list(names), LabelNames(names)

    def number(self, label):
        """Return int32 [B]: the places of whole names [B] among the labels, -1 for none."""
        return pick(self._known.named(label), tf.zeros(tf.shape(label)))

    def drawn(self, seed, label):
        """Return int32 [B]: of the labels that have the words [B], the one that the seed draws."""
        return pick(self._known.matching(label), _shares(seed))

    def drawn_or_any(self, seed, label):
        """Return what `drawn` does, and where the text is empty one of all labels."""
        any_ = (label == "")[:, None]
        return pick(self._known.matching(label) | any_, _shares(seed))

    def check(self, number, label):
        """Return an operation that fails where a label was named and not found."""
        return check(
            tf.reduce_all((number >= 0) | (label == "")),
            f'label must be one of {", ".join(self.names)}, or "" for any',
        )


def _shares(seed):
    return tf.map_fn(_share_of, seed, fn_output_signature=tf.float32)


def _share_of(seed):
    """Return what `labels` of a model draws for the first sound or picture of a seed."""
    key = noise.Key(seed, tf.zeros([], tf.int64), tf.zeros([1], tf.int64))
    return noise.uniform(key, "label")[0]
