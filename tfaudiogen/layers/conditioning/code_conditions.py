"""Embeds the conditions of a code prior: frequency bin, label, vectors and other code maps."""

import math

import keras
import numpy as np
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import copy_weights, embedded
from tfaudiogen.layers.conditioning.code_context import CodeMapContext, check_shape

# Limits: number of labels, and cells of the table of labels by words.
_MOST_CLASSES, _MOST_CELLS = 2**16, 2**27


class CodeConditions(keras.layers.Layer):
    """Embeds the conditions of a code map of S codes, in row-major order.

    Args:
        shape: (T, F) or (T, F, Q) of the map.
        width: D.
        classes: number of labels; 0 for none.
        words: list of lists of ints, the word indices of each label. Labels that contain the same
            word share its embedding ("oboe A4" and "oboe C5"). Empty: each label is one word.
        maps: list of {"shape": ..., "codebook_size": ...}, the code maps that are conditions.
        vectors: width V of a conditioning sequence of vectors; 0 for none.
        mean_vector: whether a learned projection of the mean of the vectors is added to the inputs,
            like the label embedding. It is initialized to zero.

    Call: dropped, bool [B]; label, int32 [B] or None; maps, a list of int32 [B, *shape]; vectors,
    [B, M, V] or None -> [B, S, D] to add to the inputs of the backbone. Where `dropped` is true or
    the label is negative, a learned "no label" embedding replaces the label. Where `dropped` is
    true, `context` replaces the vectors by a learned one, and their mean adds nothing. Maps are
    never dropped.
    """

    def __init__(
        self,
        shape,
        width,
        classes=0,
        maps=(),
        vectors=0,
        words=(),
        mean_vector=False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.shape, self.width = check_shape(shape), width
        self.classes, self.vectors = classes, vectors
        self.words = [list(label) for label in words]
        self.maps = [
            {"shape": list(one["shape"]), "codebook_size": one["codebook_size"]} for one in maps
        ]
        policy = self.dtype_policy
        self.embed_column = keras.layers.Embedding(self.column, width, dtype=policy)
        self.label_word_matrix = _label_word_matrix(self.words, classes)
        self.embed_label = keras.layers.Embedding(
            self.label_word_matrix.shape[1], width, dtype=policy
        )
        self.contexts = [CodeMapContext(**one, **self._target(policy)) for one in self.maps]
        self.project = keras.layers.Dense(width, dtype=policy) if vectors else None
        self.mean_vector = bool(mean_vector and vectors)
        if self.mean_vector:
            self.add_mean = keras.layers.Dense(width, kernel_initializer="zeros", dtype=policy)

    def _target(self, policy):
        return {"target": self.shape, "width": self.width, "dtype": policy}

    @property
    def column(self):
        """Number of codes in each time column."""
        return math.prod(self.shape[1:])

    def build(self, input_shape):
        self.embed_column.build(None)
        self.embed_label.build(None)
        for context, one in zip(self.contexts, self.maps, strict=True):
            context.build((None, *one["shape"]))
        if self.vectors:
            self.project.build((None, None, self.vectors))
            self.nothing = self.add_weight((self.width,), "random_normal", name="nothing")
        if self.mean_vector:
            self.add_mean.build((None, self.vectors))
        self.built = True

    def initialize_from(self, conditions, words=()):
        """Copies the embeddings of bins, of "no label", of shared words and of the code maps.

        Args:
            conditions: another `CodeConditions`, to copy from.
            words: pairs (index of a word here, its index in `conditions`) of shared words.

        Raises:
            ValueError: the code maps differ.
        """
        copy_weights(self.embed_column, conditions.embed_column)
        if self.mean_vector:
            self.add_mean.kernel.assign(tf.zeros_like(self.add_mean.kernel))
            self.add_mean.bias.assign(tf.zeros_like(self.add_mean.bias))
        mine, theirs = (one.embed_label.embeddings for one in (self, conditions))
        both = [*words, (mine.shape[0] - 1, theirs.shape[0] - 1)]  # the last row is "no label"
        own, other = (list(numbers) for numbers in zip(*both, strict=True))
        mine.assign(tf.tensor_scatter_nd_update(mine, [[n] for n in own], tf.gather(theirs, other)))
        if self.maps != conditions.maps:
            raise ValueError(f"maps must be {self.maps}, received {conditions.maps}")
        for context, other in zip(self.contexts, conditions.contexts, strict=True):
            copy_weights(context, other)

    def call(self, dropped, label=None, maps=(), vectors=None):
        column = embedded(self.embed_column, tf.range(self.column))
        embedding = tf.tile(column, (self.shape[0], 1))[None]  # [1, S, D]
        nobody = tf.fill(tf.shape(dropped), self.classes)
        label = nobody if label is None else tf.where(dropped | (label < 0), nobody, label)
        words = tf.gather(tf.constant(self.label_word_matrix, embedding.dtype), label)  # [B, W + 1]
        embedding = embedding + (words @ self._word_vectors())[:, None]  # [B, S, D]
        for context, codes in zip(self.contexts, maps, strict=True):
            embedding = embedding + context(codes)
        if self.mean_vector:
            added = self.add_mean(tf.reduce_mean(vectors, axis=1))  # [B, D]
            embedding += tf.where(dropped[:, None], tf.zeros_like(added), added)[:, None]
        return embedding

    def _word_vectors(self):
        return tf.cast(tf.convert_to_tensor(self.embed_label.embeddings), self.compute_dtype)

    def context(self, dropped, vectors):
        """Return the cross-attention context [B, M, D] of vectors [B, M, V]; None without any."""
        if not self.vectors:
            return None
        context = self.project(vectors)
        nothing = tf.cast(self.nothing, context.dtype)
        return tf.where(dropped[:, None, None], nothing, context)


def _label_word_matrix(words, classes):
    """Return float32 [classes + 1, W + 1], the words of each label; the last row is "no label"."""
    if not 0 <= classes <= _MOST_CLASSES:
        raise ValueError(f"classes must be from 0 to {_MOST_CLASSES}, received {classes}")
    words = words or [[label] for label in range(classes)]
    if len(words) != classes:
        raise ValueError(
            f"words must be those of each of the {classes} labels, received {len(words)} lists"
        )
    size = max((word for label in words for word in label), default=-1) + 1
    if (classes + 1) * (size + 1) > _MOST_CELLS:
        raise ValueError(f"{classes} labels of {size} words are more than their table has room for")
    table = np.zeros((classes + 1, size + 1), np.float32)
    for label, numbers in enumerate([*words, [size]]):
        table[label, numbers] = 1.0
    return table
