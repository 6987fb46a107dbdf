"""Initializes a translator's mean-vector conditioning from label embeddings, by least squares.

The prior of a base model adds an embedding w_k to its inputs for each word k of a label: p(c | k).
A translator whose source x shows the word adds A m(x) + b instead, where m(x) is the mean of the
source's vectors. Initialized with the minimizer of

    sum over examples of |A m(x) + b - w_(k(x))|^2,

it starts as p(c | k), as far as w_k is linear in m(x). It need not learn this from a loss in which
the word is a small part: one of ten digits accounts for ln 10 = 2.3 of 600 nats.
"""

import numpy as np
import tensorflow as tf

# Ridge penalty relative to the mean square of m(x), to suppress directions of little variance.
_RIDGE = 1e-3


def word_goals(names, label_words_in_source, has_label_condition, base_names, base):
    """Return {class: float32 [D]}, the regression target for each class with known words.

    Args:
        names: names of the dataset's classes.
        label_words_in_source: number of first words of each name that the source shows; 0 for all.
        has_label_condition: whether the translator also has a label condition. If not, its prior
            adds the embedding for "no label", which is subtracted from the targets.
        base_names: label names of the base model.
        base: `CodeConditions` of the base model's prior.
    """
    known = list(dict.fromkeys(" ".join(base_names).split()))
    vectors = base.embed_label.embeddings.numpy()
    off = 0.0 if has_label_condition else vectors[-1]
    goals = {}
    for number, name in enumerate(names):
        shown = name.split()[: label_words_in_source or None]
        if shown and all(word in known for word in shown):
            goals[number] = vectors[[known.index(word) for word in shown]].sum(axis=0) - off
    return goals


def fit_mean(layer, means, goals):
    """Sets a `Dense` layer to the ridge regression from `means` [N, V] to `goals` [N, D]."""
    centre, middle = means.mean(axis=0), goals.mean(axis=0)
    gaps = np.float64(means - centre)
    square = gaps.T @ gaps / len(gaps)
    square += _RIDGE * np.mean(np.square(means)) * np.eye(len(square))
    kernel = np.linalg.solve(square, gaps.T @ np.float64(goals - middle) / len(gaps))
    layer.kernel.assign(tf.cast(kernel, layer.kernel.dtype))
    layer.bias.assign(tf.cast(middle - centre @ kernel, layer.bias.dtype))
