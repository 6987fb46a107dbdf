"""A bidirectional Transformer encoder for conditions."""

import functools

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import normalize, register
from tfaudiogen.layers.quantizers.repetition import repeated
from tfaudiogen.layers.transformers.attention import check_heads, rotate


@register
class SelfAttention(keras.layers.Layer):
    """Attention of each position to all unmasked positions (Vaswani et al., 2017).

        a_s = sum_r softmax_r(q_s . k_r / sqrt(d)) v_r    for each of `heads` heads.

    Scores are float32.

    Args:
        width: D, a multiple of 2 heads.
        heads: H; each has d = D / H dimensions.
        rotary: whether to use rotary position embeddings, as in `CausalAttention`.

    Call: [B, S, D], and mask bool [B, S], true where a position is present, or None for all ->
    [B, S, D].
    """

    def __init__(self, width, heads, rotary=True, **kwargs):
        super().__init__(**kwargs)
        check_heads(width, heads)
        self.width, self.heads, self.rotary = width, heads, rotary
        self.project = keras.layers.Dense(3 * width, use_bias=False, dtype=self.dtype_policy)
        self.join = keras.layers.Dense(width, use_bias=False, dtype=self.dtype_policy)

    def build(self, input_shape):
        self.project.build(input_shape)
        self.join.build((*input_shape[:-1], self.width))
        self.built = True

    def call(self, inputs, present=None):
        size, length = self.width // self.heads, inputs.shape[1]
        parts = tf.reshape(self.project(inputs), (-1, length, 3, self.heads, size))
        queries, keys, values = tf.unstack(parts, axis=2)  # [B, S, H, d]
        if self.rotary:
            queries, keys = (rotate(part, tf.range(length)) for part in (queries, keys))
        scores = tf.einsum("bshd,brhd->bhsr", queries * size**-0.5, keys)
        weights = attention_weights(scores, None if present is None else present[:, None, None])
        attended = tf.einsum("bhsr,brhd->bshd", weights, values)
        return self.join(tf.reshape(attended, (-1, length, self.width)))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        sizes = {"width": self.width, "heads": self.heads, "rotary": self.rotary}
        return {**super().get_config(), **sizes}


@register
class EncoderBlock(keras.layers.Layer):
    """x + attention(x), then x + W2 gelu(W1 x), of normalised inputs (pre-norm).

    Args:
        width: D.
        heads: H of the attention.
        rotary: whether to use rotary position embeddings.

    Call: see `SelfAttention`.
    """

    def __init__(self, width, heads, rotary=True, **kwargs):
        super().__init__(**kwargs)
        self.width, self.heads, self.rotary = width, heads, rotary
        self.attention = SelfAttention(width, heads, rotary, dtype=self.dtype_policy)
        self.first = keras.layers.Dense(4 * width, dtype=self.dtype_policy)
        self.second = keras.layers.Dense(width, dtype=self.dtype_policy)

    def build(self, input_shape):
        self.attention.build(input_shape)
        self.first.build((None, None, self.width))
        self.second.build((None, None, 4 * self.width))
        self.built = True

    def call(self, inputs, present=None):
        x = inputs + self.attention(normalize(inputs), present)
        return x + self.second(keras.ops.gelu(self.first(normalize(x))))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        sizes = {"width": self.width, "heads": self.heads, "rotary": self.rotary}
        return {**super().get_config(), **sizes}


@register
class TransformerEncoder(keras.layers.Layer):
    """A stack of `EncoderBlock`s.

    Args:
        width: D.
        depth: number of blocks.
        heads: H of each block.
        rotary: whether to use rotary position embeddings; without them, the inputs must contain
            the positions.

    Call: [B, S, D], and mask bool [B, S], true where a position is present, or None for all ->
    [B, S, D] of root mean square 1 at each position.
    """

    def __init__(self, width, depth, heads, rotary=True, **kwargs):
        super().__init__(**kwargs)
        self.width, self.depth, self.heads, self.rotary = width, depth, heads, rotary
        block = functools.partial(EncoderBlock, width, heads, rotary, dtype=self.dtype_policy)
        self.blocks = repeated(block, depth, "depth")

    def build(self, input_shape):
        for block in self.blocks:
            block.build((*input_shape[:-1], self.width))
        self.built = True

    def call(self, inputs, present=None):
        x = inputs
        for block in self.blocks:
            x = block(x, present)
        return normalize(x)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        names = ("width", "depth", "heads", "rotary")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def attention_weights(scores, present=None):
    """Return the softmax of scores over the last axis, in float32, masked to `present`."""
    wide = tf.cast(scores, tf.float32)
    if present is not None:
        wide = tf.where(present, wide, -1e9)
    return tf.cast(tf.nn.softmax(wide), scores.dtype)
