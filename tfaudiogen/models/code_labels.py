"""Labels and their words: "oboe A4" is a label of two words, which other labels share."""

import numpy as np
import tensorflow as tf

from tfaudiogen import noise


def words_of(names):
    """Return, for each label, the numbers of its words in their order of appearance.

    Example: `words_of(["oboe A4", "oboe C5"])` is `[[0, 1], [0, 2]]`.
    """
    numbers = {}
    return [[numbers.setdefault(word, len(numbers)) for word in name.split()] for name in names]


def matching(names, label):
    """Return the numbers of the labels that have all words of `label`; of the label itself, if any.

    Example: "oboe" matches "oboe A4" and "oboe C5", "A4" the first of them and "clarinet A4".
    """
    if label in names:
        return [names.index(label)]
    wanted = set(label.split())
    return [number for number, name in enumerate(names) if wanted and wanted <= set(name.split())]


def choose_labels(names, classes, label, count, key=None):
    """Return int32 [count], or None for `label` None; see `CodeModel.labels`.

    Args:
        names: of the labels; may be empty.
        classes: number of labels.
        label: None, a name or words of one, an int, or `count` of them.
        key: `tfaudiogen.noise.Key` of the draw among labels that have the words; None for names of
            whole labels alone.
    """
    if label is None:
        return None
    given = [label] * count if isinstance(label, (str, int, np.integer)) else list(label)
    found = [_candidates(names, classes, one, key is not None) for one in given]
    if len(found) != count or not all(found):
        raise ValueError(f"label must be {_known(names, classes, count)}; received {label!r}")
    if all(len(numbers) == 1 for numbers in found):
        return tf.constant([number for (number,) in found], tf.int32)
    draws = noise.uniform(key, "label").numpy()
    chosen = [numbers[int(u * len(numbers))] for numbers, u in zip(found, draws, strict=True)]
    return tf.constant(chosen, tf.int32)


def _candidates(names, classes, label, by_words):
    if isinstance(label, str):
        return matching(names, label) if by_words or label in names else []
    valid = isinstance(label, (int, np.integer)) and 0 <= label < classes
    return [int(label)] if valid else []


def _known(names, classes, count):
    if not classes:
        return "None: this model has no labels"
    known = f"of {', '.join(names)}" if names else f"from 0 to {classes - 1}"
    return f"one {known}, or {count} of them"
