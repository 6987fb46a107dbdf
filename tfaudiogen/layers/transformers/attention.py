"""Causal attention and cross-attention, for whole sequences or step by step with a KV cache."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import copy_weights, register

BLOCK = 32
"""Positions in one block of the KV cache that step-by-step attention keeps."""


@register
class CausalAttention(keras.layers.Layer):
    """Attention of each position to itself and to earlier positions (Vaswani et al., 2017).

        a_s = sum_(r <= s) softmax_r(q_s . k_r / sqrt(d)) v_r    for each of `heads` heads.

    With `rotary`, q_s and k_s are rotated by angles proportional to s, so their product depends on
    the distance s - r alone (Su et al., "RoFormer", 2021). Scores are float32.

    Args:
        width: D, a multiple of 2 heads.
        heads: H; each has d = D / H dimensions.
        rotary: whether to use rotary position embeddings.

    Call: [B, S, D] -> [B, S, D]. `init_cache`, `step` and `flush_cache` compute the same
    position by position, with a KV cache.
    """

    def __init__(self, width, heads, rotary=True, **kwargs):
        super().__init__(**kwargs)
        check_heads(width, heads)
        self.width, self.heads, self.rotary = width, heads, rotary
        self.project = _dense(3 * width, self.dtype_policy)
        self.join = _dense(width, self.dtype_policy)

    def build(self, input_shape):
        self.project.build(input_shape)
        self.join.build((*input_shape[:-1], self.width))
        self.built = True

    def call(self, inputs):
        length = tf.shape(inputs)[1] if inputs.shape[1] is None else inputs.shape[1]
        positions = tf.range(length)
        queries, keys, values = self._projections(inputs, positions)  # [B, S, H, d]
        scores = tf.einsum("bshd,brhd->bhsr", queries, keys)
        weights = _softmax(scores, positions[:, None] >= positions)
        attended = tf.einsum("bhsr,brhd->bshd", weights, values)
        return self.join(tf.reshape(attended, tf.shape(inputs)))

    def init_cache(self, batch, length):
        """Return an empty KV cache for `length` positions.

        It has two parts, each of keys and values: [B, H, S, d] for the finished blocks, which a
        step only reads, and [BLOCK, B, H, d] for the current block, which a step writes.
        """
        size = self.width // self.heads
        before = (batch, self.heads, _whole_blocks(length), size)
        shapes = (before, before, *[(BLOCK, batch, self.heads, size)] * 2)
        return tuple(tf.zeros(shape, self.compute_dtype) for shape in shapes)

    def flush_cache(self, state, position):
        """Return the KV cache with the finished block that began at `position` flushed into it."""
        before, recent = state[:2], state[2:]
        blocks = before[0].shape[2] // BLOCK
        # Compiled, `where` over all positions is faster than writing a slice into a large tensor.
        here = (tf.range(BLOCK * blocks) // BLOCK == position // BLOCK)[:, None]
        return *(
            tf.where(here, tf.tile(_places_third(new), (1, 1, blocks, 1)), old)
            for old, new in zip(before, recent, strict=True)
        ), *recent

    def step(self, inputs, position, state):
        """Compute the output of `call` at one position.

        Args:
            inputs: [B, D].
            position: integer scalar, the position.
            state: KV cache from `init_cache` or the previous `step`, for which all earlier
                positions have been stepped through, with `flush_cache` after each block.

        Returns:
            Outputs [B, D] and the new KV cache.
        """
        here = self._projections(inputs[:, None], position[None])
        queries, new_keys, new_values = (tf.transpose(part, (1, 0, 2, 3)) for part in here)
        keys, values, recent_keys, recent_values = state
        room, in_block = keys.shape[2], position % BLOCK
        recent_keys = tf.tensor_scatter_nd_update(recent_keys, in_block[None, None], new_keys)
        recent_values = tf.tensor_scatter_nd_update(recent_values, in_block[None, None], new_values)
        every_key = (keys, _places_third(recent_keys))
        queries = _places_third(queries)  # [B, H, 1, d]
        scores = [tf.matmul(queries, part, transpose_b=True) for part in every_key]
        allowed = [tf.range(room) < position - in_block, tf.range(BLOCK) <= in_block]
        weights = _softmax(tf.concat(scores, axis=-1), tf.concat(allowed, axis=0))
        attended = tf.matmul(weights[..., :room], values)
        attended += tf.matmul(weights[..., room:], _places_third(recent_values))
        attended = tf.reshape(attended, tf.shape(inputs))
        return self.join(attended), (keys, values, recent_keys, recent_values)

    def _projections(self, inputs, positions):
        """Return scaled queries, keys and values [B, S, H, d] at the positions [S]."""
        size = self.width // self.heads
        parts = tf.reshape(
            self.project(inputs), (-1, inputs.shape[1] or tf.size(positions), 3, self.heads, size)
        )
        queries, keys, values = tf.unstack(parts, axis=2)
        if self.rotary:
            queries, keys = (rotate(part, positions) for part in (queries, keys))
        return queries * size**-0.5, keys, values

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        sizes = {"width": self.width, "heads": self.heads, "rotary": self.rotary}
        return {**super().get_config(), **sizes}


class CrossAttention(keras.layers.Layer):
    """Attention of each position to all vectors of a conditioning sequence, the context.

    Args:
        width: D of the inputs and the context, a multiple of 2 heads.
        heads: H.

    Call: [B, S, D] and context [B, M, D] -> [B, S, D].
    """

    def __init__(self, width, heads, **kwargs):
        super().__init__(**kwargs)
        check_heads(width, heads)
        self.width, self.heads = width, heads
        self.ask = _dense(width, self.dtype_policy)
        self.answer = _dense(2 * width, self.dtype_policy)
        self.join = _dense(width, self.dtype_policy)

    def build(self, input_shape):
        for part in (self.ask, self.answer, self.join):
            part.build((None, None, self.width))
        self.built = True

    def call(self, inputs, context):
        return self.attend(inputs, self.init_cache(context))

    def init_cache(self, context):
        """Return the keys and values of the context, [B, M, H, d] each."""
        size = self.width // self.heads
        shape = (-1, context.shape[1] or tf.shape(context)[1], 2, self.heads, size)
        return tuple(tf.unstack(tf.reshape(self.answer(context), shape), axis=2))

    def attend(self, inputs, state):
        """Compute the output of `call` from the keys and values that `init_cache` returns."""
        keys, values = state
        shape = tf.concat([tf.shape(inputs)[:2], keys.shape[2:]], axis=0)
        queries = tf.reshape(self.ask(inputs), shape)
        scores = tf.einsum("bshd,bmhd->bhsm", queries, keys) * keys.shape[-1] ** -0.5
        attended = tf.einsum("bhsm,bmhd->bshd", _softmax(scores), values)
        return self.join(tf.reshape(attended, tf.shape(inputs)))


def initialize_cross_attention(mine, theirs):
    """Copy the weights of a `CrossAttention`; without a source, make its output zero at first.

    Args:
        mine: layer to change, or None.
        theirs: layer to copy from, or None.
    """
    if mine is not None and theirs is not None:
        copy_weights(mine, theirs)
    elif mine is not None:
        mine.join.kernel.assign(tf.zeros_like(mine.join.kernel))


def check_heads(width, heads):
    """Raise ValueError unless `width` divides into heads of an even number of dimensions."""
    if heads < 1 or width % (2 * heads):
        raise ValueError(
            f"width must be a multiple of 2 heads = {2 * heads}, received width={width}"
        )


def _whole_blocks(length):
    return -(-length // BLOCK) * BLOCK


def _places_third(part):
    """Return [B, H, S, d] of [S, B, H, d]."""
    return tf.transpose(part, (1, 2, 0, 3))


def rotate(vectors, positions):
    """Apply rotary embeddings to [B, S, H, d]: rotate (i, i + d/2) by places / 10000^(2 i / d)."""
    half = vectors.shape[-1] // 2
    speeds = 10000.0 ** (-tf.range(half, dtype=tf.float32) / half)
    angles = (tf.cast(positions, tf.float32)[:, None] * speeds)[:, None]  # [S, 1, d / 2]
    cosine, sine = (tf.cast(f(angles), vectors.dtype) for f in (tf.cos, tf.sin))
    first, second = vectors[..., :half], vectors[..., half:]
    rotated = (first * cosine - second * sine, second * cosine + first * sine)
    return tf.concat(rotated, axis=-1)


def _dense(width, policy):
    return keras.layers.Dense(width, use_bias=False, dtype=policy)


def _softmax(scores, allowed=None):
    """Return the softmax over the last axis, in float32, masked to positions in `allowed`."""
    wide = tf.cast(scores, tf.float32)
    if allowed is not None:
        wide = tf.where(allowed, wide, -1e9)
    return tf.cast(tf.nn.softmax(wide), scores.dtype)
