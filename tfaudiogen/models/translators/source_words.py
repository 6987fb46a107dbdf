"""Finds the words of a label in the embeddings of a source, by least squares.

A base has a vector w_k for each word k of its labels, added to the inputs of its prior: p(c | k).
A translator whose source x shows the word adds A m(x) + b in its place, m being the mean of the
vectors of the source. With the least squares of

    sum over examples of |A m(x) + b - w_(k(x))|^2

it begins as p(c | k), as far as k is linear in m(x), and need not find that from a loss of which
the word is the smallest part: one of ten digits tells ln 10 = 2.3 nats of 600.
"""

import numpy as np
import tensorflow as tf

# Of the mean square of m(x), so that directions that hardly occur stay out.
_RIDGE = 1e-3


def word_goals(names, source_words, label_told, base_names, base):
    """Return {class: float32 [D]}, what takes the place of a base's words for each class.

    Args:
        names: of the classes of the data.
        source_words: how many of the first words of each the source shows; 0 for all.
        label_told: whether a label is told beside; else what the base adds where there is none
            stands there, and is taken off.
        base_names: of the labels of the base.
        base: `CodeConditions` of its prior.
    """
    known = list(dict.fromkeys(" ".join(base_names).split()))
    vectors = base.embed_label.embeddings.numpy()
    off = 0.0 if label_told else vectors[-1]
    goals = {}
    for number, name in enumerate(names):
        shown = name.split()[: source_words or None]
        if shown and all(word in known for word in shown):
            goals[number] = vectors[[known.index(word) for word in shown]].sum(axis=0) - off
    return goals


def fit_mean(layer, means, goals):
    """Give a `Dense` layer the least squares from `means` [N, V] to `goals` [N, D]."""
    centre, middle = means.mean(axis=0), goals.mean(axis=0)
    gaps = np.float64(means - centre)
    square = gaps.T @ gaps / len(gaps)
    square += _RIDGE * np.mean(np.square(means)) * np.eye(len(square))
    kernel = np.linalg.solve(square, gaps.T @ np.float64(goals - middle) / len(gaps))
    layer.kernel.assign(tf.cast(kernel, layer.kernel.dtype))
    layer.bias.assign(tf.cast(middle - centre @ kernel, layer.bias.dtype))
