"""Labels and their words: "oboe A4" has two words, which other labels may share."""

import numpy as np
import tensorflow as tf

from tfaudiogen.probability import noise
from tfaudiogen.validation.text import collapsed


def words_of(names):
    """Return the word indices of each label, numbered in order of first appearance.

    Example: `words_of(["oboe A4", "oboe C5"])` is `[[0, 1], [0, 2]]`.
    """
    numbers = {}
    return [[numbers.setdefault(word, len(numbers)) for word in name.split()] for name in names]


def shared_words(mine, others):
    """Return pairs (index in `mine`, index in `others`) of words that occur in both lists."""
    tables = [list(dict.fromkeys(" ".join(names).split())) for names in (mine, others)]
    return [(n, tables[1].index(w)) for n, w in enumerate(tables[0]) if w in tables[1]]


def further_words(names, count):
    """Return the distinct texts after the first `count` words of labels, and each label's index.

    The index is -1 for a label without further words.

    Example: `further_words(["7 jackson", "8 theo", "9 jackson", "0"], 1)` is
    `["jackson", "theo"], [0, 1, 0, -1]`.
    """
    further = [" ".join(name.split()[count:]) for name in names]
    found = list(dict.fromkeys(filter(None, further)))
    return found, [found.index(one) if one else -1 for one in further]


class LabelNames:
    """Finds labels by their names or by some of their words; works in graphs.

    Example: "oboe" matches "oboe A4" and "oboe C5"; "A4" matches the first of them.

    Args:
        names: names of the labels; at least one.
    """

    def __init__(self, names):
        self.names = tf.constant(names, tf.string)
        self.words = tf.constant(list(dict.fromkeys(" ".join(names).split())), tf.string)
        self.has = np.zeros((len(names), len(self.words)), bool)  # [labels, words]
        for label, words in enumerate(words_of(names)):
            self.has[label, words] = True

    def named(self, text):
        """Return bool [B, labels]: whether each label's name equals the text [B]."""
        return text[:, None] == self.names

    def matching(self, text):
        """Return bool [B, labels]: the label of this name or, if none, all with all its words."""
        words = tf.strings.split(text).to_tensor("")[..., None]  # [B, W, 1]
        same = words == self.words  # [B, W, words]
        known = tf.reduce_all((words[..., 0] == "") | tf.reduce_any(same, axis=2), axis=1)
        known &= tf.reduce_any(words[..., 0] != "", axis=1)
        lacking = tf.reduce_any(same, axis=1)[:, None] & ~self.has  # [B, labels, words]
        named = self.named(text)
        by_words = known[:, None] & ~tf.reduce_any(lacking, axis=2)
        return tf.where(tf.reduce_any(named, axis=1, keepdims=True), named, by_words)


def pick(candidates, share):
    """Return int32 [B], the index of one candidate per example, -1 if there is none.

    Args:
        candidates: bool [B, labels].
        share: float32 [B] in (0, 1); uniform values choose among the candidates uniformly.
    """
    rank = tf.cumsum(tf.cast(candidates, tf.int32), axis=1)
    count = rank[:, -1]
    position = tf.minimum(tf.cast(share * tf.cast(count, tf.float32), tf.int32) + 1, count)
    found = tf.argmax((rank == position[:, None]) & candidates, axis=1, output_type=tf.int32)
    return tf.where(count > 0, found, -1)


def is_known(names, text):
    """Return whether a text is the name of a label or consists of words of one."""
    found = _candidates(names, len(names), text, by_words=True)
    return found is not None and bool(found.any())


def choose_labels(names, classes, label, count, key=None):
    """Return int32 [count], or None if `label` is None; see `CodeModel.labels`.

    Args:
        names: names of the labels; may be empty.
        classes: number of labels.
        label: None, a name or words of one, an int, or a list of `count` of them.
        key: `tfaudiogen.probability.noise.Key` for choosing among the labels that match words;
            None to accept full names only.
    """
    if label is None:
        return None
    labels = [label] * count if isinstance(label, (str, int, np.integer)) else list(label)
    candidates = [_candidates(names, classes, one, key is not None) for one in labels]
    if len(labels) != count or not all(one is not None and one.any() for one in candidates):
        raise ValueError(f"label must be {_known(names, classes, count)}; received {label!r}")
    return pick(tf.constant(candidates), noise.uniform(key or noise.key(0, count), "label"))


def _candidates(names, classes, label, by_words):
    """Return bool [classes], the matching labels, or None for an invalid label."""
    if isinstance(label, str) and names:
        known, text = LabelNames(names), tf.constant([collapsed(label)])
        return (known.matching(text) if by_words else known.named(text)).numpy()[0]
    if isinstance(label, str) or not 0 <= label < classes:
        return None
    return np.arange(classes) == label


def _known(names, classes, count):
    if not classes:
        return "None: this model has no labels"
    known = f"of {', '.join(names)}" if names else f"from 0 to {classes - 1}"
    return f"one {known}" + (f", or {count} of them" if count > 1 else "")
