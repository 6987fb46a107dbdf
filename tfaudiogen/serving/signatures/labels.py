"""Labels in requests: strings that are looked up inside the graph."""

import tensorflow as tf

from tfaudiogen.models.priors.labels import LabelNames, pick
from tfaudiogen.probability import noise
from tfaudiogen.serving.request_checks import check


class RequestLabels:
    """Looks up the labels of a request; an empty string is no label.

    Args:
        names: label names, at least one.
    """

    def __init__(self, names):
        self.names, self._known = list(names), LabelNames(names)

    def number(self, label):
        """Return int32 [B]: the indices of the labels with these full names [B], -1 for none."""
        return pick(self._known.named(label), tf.zeros(tf.shape(label)))

    def drawn(self, seed, label):
        """Return int32 [B]: for each, a label that contains the words, drawn by the seed."""
        return pick(self._known.matching(label), _shares(seed))

    def drawn_or_any(self, seed, label):
        """Return the same as `drawn`, but any label where the string is empty."""
        any_ = (label == "")[:, None]
        return pick(self._known.matching(label) | any_, _shares(seed))

    def check(self, number, label):
        """Return an operation that fails where a label was requested and not found."""
        return check(
            tf.reduce_all((number >= 0) | (label == "")),
            f'label must be one of {", ".join(self.names)}, or "" for any',
        )


def _shares(seed):
    return tf.map_fn(_share_of, seed, fn_output_signature=tf.float32)


def _share_of(seed):
    """Return the uniform that the model's `labels` uses for the first example of a seed."""
    key = noise.Key(seed, tf.zeros([], tf.int64), tf.zeros([1], tf.int64))
    return noise.uniform(key, "label")[0]
