"""Encoders of texts, labels and vectors into sequences for cross-attention."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import embedded, normalize, register
from tfaudiogen.layers.transformers.encoder import TransformerEncoder, attention_weights

_BYTES = 256


@register
class TextEncoder(keras.layers.Layer):
    """A Transformer over the UTF-8 bytes of a text, with attention pooling to M vectors.

    With the outputs u_s at the bytes s, and at a start token before them,

        v_m = sum_s softmax_s(q_m . u_s) u_s,    m = 1, ..., M,

    where the queries q_m are learned (attention pooling, as in Lee et al., "Set transformer", 2019,
    section 3.2, without its keys and values). Padding is masked everywhere, so the vectors of a
    text do not depend on the lengths of other texts. An empty text is the start token alone. Bytes
    need no vocabulary and cover any language (Xue et al., "ByT5", 2022).

    Args:
        width: V, a multiple of 2 heads.
        depth, heads: of the Transformer.
        vectors: M.

    Call: int32 [B, S], UTF-8 bytes padded with zeros -> [B, M, V].
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
        outputs = self.transformer(normalize(embedded(self.embed, begun)), present)
        scores = tf.einsum("bsv,vm->bms", outputs, tf.cast(self.queries, outputs.dtype))
        weights = attention_weights(scores, present[:, None])
        return tf.einsum("bms,bsv->bmv", weights, outputs)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.vectors, self.width)

    def get_config(self):
        sizes = {"depth": self.transformer.depth, "heads": self.transformer.heads}
        return {**super().get_config(), "width": self.width, **sizes, "vectors": self.vectors}


@register
class LabelEncoder(keras.layers.Layer):
    """The weighted mean of learned label embeddings: v = sum_k w_k v_k.

    Labels that were learned one by one can therefore be combined.

    Args:
        width: V.

    Call: weights [B, K] -> [B, 1, V]; zeros where all weights are zero.
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
    """Maps an external embedding of any scale to M vectors.

    An embedding x with root mean square r is split into x / r and log r, so that nothing is lost
    and the numbers are neither large nor small. The M vectors are W2 gelu(W1 [x / r, log r]),
    normalised.

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
