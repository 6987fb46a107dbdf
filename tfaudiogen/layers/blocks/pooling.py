"""Attention pooling: maps a sequence of vectors of any length to one vector."""

import keras
import tensorflow as tf


class AttentionPool(keras.layers.Layer):
    """H attention-weighted means of a sequence of vectors v_m, concatenated.

        a_hm = softmax_m(q_h . v_m / sqrt(V)),    [sum_m a_1m v_m, ..., sum_m a_Hm v_m],

    with learned queries q_h (attention pooling, Lee et al., "Set transformer", 2019, section 3.2,
    without its keys and values). Weights are float32.

    Args:
        width: V.
        heads: H, at least 1.

    Call: [B, M, V] -> [B, H V], for any M.
    """

    def __init__(self, width, heads=4, **kwargs):
        super().__init__(**kwargs)
        if heads < 1:
            raise ValueError(f"heads must be at least 1, received {heads}")
        self.width, self.heads = width, heads

    def build(self, input_shape=None):
        spread = keras.initializers.RandomNormal(stddev=1.0)
        self.queries = self.add_weight((self.width, self.heads), spread, name="queries")
        self.built = True

    def call(self, vectors):
        queries = tf.cast(self.queries, vectors.dtype)
        scores = tf.einsum("bmv,vh->bmh", vectors, queries) * self.width**-0.5
        weights = tf.cast(tf.nn.softmax(tf.cast(scores, tf.float32), axis=1), vectors.dtype)
        means = tf.einsum("bmh,bmv->bhv", weights, vectors)
        return tf.reshape(means, (-1, self.heads * self.width))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.heads * self.width)
