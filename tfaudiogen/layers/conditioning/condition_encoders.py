"""Encoders of texts, labels and vectors into sequences for cross-attention."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import embedded, normalize, register
from tfaudiogen.layers.transformers.encoder import TransformerEncoder, attention_weights

_BYTES = 256


@register
class TextEncoder(keras.layers.Layer):
    """A Transformer over the bytes of a text, of whose outputs M weighted means are taken.

    With the outputs u_s at the bytes s, and at a beginning before them,

        v_m = sum_s softmax_s(q_m . u_s) u_s,    m = 1, ..., M,

    where the queries q_m are learned (attention pooling, as in Lee et al., "Set transformer", 2019,
    section 3.2, without its keys and values). Places after the end take part in nothing, so that a
    text gives the same vectors however long others may be; a text without a byte is its beginning
    alone. Bytes need no vocabulary, and any language can be learned of them (Xue et al., "ByT5",
    2022).

    Args:
        width: V, a multiple of 2 heads.
        depth, heads: of the Transformer.
        vectors: M.

    Call: int32 [B, S], bytes in UTF-8 and zeros after them -> [B, M, V].
    """

    def __init__(self, width, depth, heads, vectors=16, **kwargs):
        super().__init__(**kwargs)
        self.width, self.vectors = width, vectors
        policy = self.dtype_policy
        self.embed = keras.layers.Embedding(_BYTES + 1, width, dtype=policy)
        self.transformer = TransformerEncoder(width, depth, heads, dtype=policy)

    def build(self, input_shape):
        self.embed.build(input_shape)
        self.transformer.build((None, input_shape[1] + 1, self.width))
        spread = keras.initializers.RandomNormal(stddev=self.width**-0.5)
        self.queries = self.add_weight((self.width, self.vectors), spread, name="queries")
        self.built = True

    def call(self, texts):
        begun = tf.pad(texts, [[0, 0], [1, 0]], constant_values=_BYTES)  # [B, 1 + S]
        present = begun > 0
        places = self.transformer(normalize(embedded(self.embed, begun)), present)
        scores = tf.einsum("bsv,vm->bms", places, tf.cast(self.queries, places.dtype))
        weights = attention_weights(scores, present[:, None])
        return tf.einsum("bms,bsv->bmv", weights, places)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.vectors, self.width)

    def get_config(self):
        sizes = {"depth": self.transformer.depth, "heads": self.transformer.heads}
        return {**super().get_config(), "width": self.width, **sizes, "vectors": self.vectors}


@register
class LabelEncoder(keras.layers.Layer):
    """The mean of learned vectors of labels, weighted: v = sum_k w_k v_k.

    Labels that were learned one by one can so be given together.

    Args:
        width: V.

    Call: weights [B, K] -> [B, 1, V]; zeros where all weights are.
    """

    def __init__(self, width, **kwargs):
        super().__init__(**kwargs)
        self.width = width

    def build(self, input_shape):
        self.table = self.add_weight((input_shape[-1], self.width), "random_normal", name="table")
        self.built = True

    def call(self, weights):
        table = tf.cast(self.table, self.compute_dtype)
        return (tf.cast(weights, table.dtype) @ normalize(table))[:, None]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 1, self.width)

    def get_config(self):
        return {**super().get_config(), "width": self.width}


@register
class VectorEncoder(keras.layers.Layer):
    """M vectors of an embedding that comes from elsewhere, whatever its scale.

    An embedding x is taken apart into x / r and log r, r being its root mean square, so that
    nothing is lost and numbers are neither large nor small; then M vectors are
    W2 gelu(W1 [x / r, log r]), normalised.

    Args:
        width: V.
        vectors: M.

    Call: [B, E] -> [B, M, V].
    """

    def __init__(self, width, vectors=4, **kwargs):
        super().__init__(**kwargs)
        self.width, self.vectors = width, vectors
        self.first = keras.layers.Dense(4 * width, dtype=self.dtype_policy)
        self.second = keras.layers.Dense(width * vectors, dtype=self.dtype_policy)

    def build(self, input_shape):
        self.first.build((None, input_shape[-1] + 1))
        self.second.build((None, 4 * self.width))
        self.built = True

    def call(self, embeddings):
        wide = tf.cast(embeddings, tf.float32)
        square = tf.reduce_mean(tf.square(wide), axis=-1, keepdims=True) + 1e-12
        parts = tf.concat([wide * tf.math.rsqrt(square), 0.5 * tf.math.log(square)], axis=-1)
        x = self.second(keras.ops.gelu(self.first(tf.cast(parts, self.compute_dtype))))
        return normalize(tf.reshape(x, (-1, self.vectors, self.width)))

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.vectors, self.width)

    def get_config(self):
        return {**super().get_config(), "width": self.width, "vectors": self.vectors}
