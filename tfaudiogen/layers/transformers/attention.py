"""Causal attention and cross-attention, for whole sequences or step by step."""

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import copy_weights, register

BLOCK = 32
"""Places of a block of what attention keeps while it goes from place to place."""


@register
class CausalAttention(keras.layers.Layer):
    """Attention of each place to itself and to the places before it (Vaswani et al., 2017).

        a_s = sum_(r <= s) softmax_r(q_s . k_r / sqrt(d)) v_r    for each of `heads` heads.

    With `rotary`, q_s and k_s are turned by angles that grow with s, so that their product depends
    on the distance s - r alone (Su et al., "RoFormer", 2021). Scores are float32.

    Args:
        width: D, a multiple of 2 heads.
        heads: H; each has d = D / H dimensions.
        rotary: whether positions enter here.

    Call: [B, S, D] -> [B, S, D]. `start` and `step` compute the same place by place.
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
        places = tf.range(length)
        queries, keys, values = self._projections(inputs, places)  # [B, S, H, d]
        scores = tf.einsum("bshd,brhd->bhsr", queries, keys)
        weights = _softmax(scores, places[:, None] >= places)
        attended = tf.einsum("bhsr,brhd->bshd", weights, values)
        return self.join(tf.reshape(attended, tf.shape(inputs)))

    def start(self, batch, length):
        """Return the state before the first of `length` places: no keys and values.

        They are kept in two parts: [B, H, S, d] of the blocks before, which a step only reads, and
        [BLOCK, B, H, d] of the block that the step is in, into which it writes.
        """
        size = self.width // self.heads
        before = (batch, self.heads, _whole_blocks(length), size)
        shapes = (before, before, *[(BLOCK, batch, self.heads, size)] * 2)
        return tuple(tf.zeros(shape, self.compute_dtype) for shape in shapes)

    def settle(self, state, place):
        """Return the state after the block that began at a place."""
        before, recent = state[:2], state[2:]
        blocks = before[0].shape[2] // BLOCK
        # Compiled, a choice for each place is quicker than a slice written into so large a state.
        here = (tf.range(BLOCK * blocks) // BLOCK == place // BLOCK)[:, None]
        return *(
            tf.where(here, tf.tile(_places_third(new), (1, 1, blocks, 1)), old)
            for old, new in zip(before, recent, strict=True)
        ), *recent

    def step(self, inputs, place, state):
        """Return what `call` does at one place.

        Args:
            inputs: [B, D].
            place: integer scalar.
            state: as `start`, `step` and, after each block, `settle` return it, all places before
                this one having been there.

        Returns:
            [B, D] and the new state.
        """
        here = self._projections(inputs[:, None], place[None])
        queries, new_keys, new_values = (tf.transpose(part, (1, 0, 2, 3)) for part in here)
        keys, values, recent_keys, recent_values = state
        room, in_block = keys.shape[2], place % BLOCK
        recent_keys = tf.tensor_scatter_nd_update(recent_keys, in_block[None, None], new_keys)
        recent_values = tf.tensor_scatter_nd_update(recent_values, in_block[None, None], new_values)
        every_key = (keys, _places_third(recent_keys))
        queries = _places_third(queries)  # [B, H, 1, d]
        scores = [tf.matmul(queries, part, transpose_b=True) for part in every_key]
        allowed = [tf.range(room) < place - in_block, tf.range(BLOCK) <= in_block]
        weights = _softmax(tf.concat(scores, axis=-1), tf.concat(allowed, axis=0))
        attended = tf.matmul(weights[..., :room], values)
        attended += tf.matmul(weights[..., room:], _places_third(recent_values))
        attended = tf.reshape(attended, tf.shape(inputs))
        return self.join(attended), (keys, values, recent_keys, recent_values)

    def _projections(self, inputs, places):
        """Return scaled queries, keys and values [B, S, H, d] at the places [S]."""
        size = self.width // self.heads
        parts = tf.reshape(
            self.project(inputs), (-1, inputs.shape[1] or tf.size(places), 3, self.heads, size)
        )
        queries, keys, values = tf.unstack(parts, axis=2)
        if self.rotary:
            queries, keys = (turn(part, places) for part in (queries, keys))
        return queries * size**-0.5, keys, values

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        sizes = {"width": self.width, "heads": self.heads, "rotary": self.rotary}
        return {**super().get_config(), **sizes}


class CrossAttention(keras.layers.Layer):
    """Attention of each place to all vectors of a given sequence, the context.

    Args:
        width: D of places and context, a multiple of 2 heads.
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
        return self.attend(inputs, self.start(context))

    def start(self, context):
        """Return the keys and values of the context, [B, M, H, d] each."""
        size = self.width // self.heads
        shape = (-1, context.shape[1] or tf.shape(context)[1], 2, self.heads, size)
        return tuple(tf.unstack(tf.reshape(self.answer(context), shape), axis=2))

    def attend(self, inputs, state):
        """Return what `call` does, for the keys and values of `start`."""
        keys, values = state
        shape = tf.concat([tf.shape(inputs)[:2], keys.shape[2:]], axis=0)
        queries = tf.reshape(self.ask(inputs), shape)
        scores = tf.einsum("bshd,bmhd->bhsm", queries, keys) * keys.shape[-1] ** -0.5
        attended = tf.einsum("bhsm,bmhd->bshd", _softmax(scores), values)
        return self.join(tf.reshape(attended, tf.shape(inputs)))


def take_crossing(mine, theirs):
    """Give a `CrossAttention` the weights of another; where there is none, let it add nothing.

    Args:
        mine, theirs: layers, or None.
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


def turn(vectors, places):
    """Return [B, S, H, d] with dimensions i and i + d / 2 turned by places / 10000^(2 i / d)."""
    half = vectors.shape[-1] // 2
    speeds = 10000.0 ** (-tf.range(half, dtype=tf.float32) / half)
    angles = (tf.cast(places, tf.float32)[:, None] * speeds)[:, None]  # [S, 1, d / 2]
    cosine, sine = (tf.cast(f(angles), vectors.dtype) for f in (tf.cos, tf.sin))
    first, second = vectors[..., :half], vectors[..., half:]
    turned = (first * cosine - second * sine, second * cosine + first * sine)
    return tf.concat(turned, axis=-1)


def _dense(width, policy):
    return keras.layers.Dense(width, use_bias=False, dtype=policy)


def _softmax(scores, allowed=None):
    """Return the softmax over the last axis, in float32, of those places that are allowed."""
    wide = tf.cast(scores, tf.float32)
    if allowed is not None:
        wide = tf.where(allowed, wide, -1e9)
    return tf.cast(tf.nn.softmax(wide), scores.dtype)
