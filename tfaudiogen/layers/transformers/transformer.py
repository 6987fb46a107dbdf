"""A causal Transformer, the backbone of a prior over sequences.

All backbones, `Transformer` here and `LSTMStack` in `layers/transformers/recurrent.py`, share an
interface:

- `call(inputs, context=None, gains=None)`: [B, S, D] -> [B, S, D], for training. The output at a
  position depends on the inputs up to and including it, and on all of the context [B, M, D].
  `gains` [B, depth, D] multiply what each block adds (dropout).
- `init_cache(batch, length, context=None)`: the initial state (KV cache) for at most `length`
  positions.
- `step(inputs, position, state)`: [B, D] -> [B, D] and the next state, for sampling; equals `call`.
- `flush_cache(state, position)`: flushes the finished block of `attention.BLOCK` positions that
  began at `position`, and returns the new state. It must be called after each block, before the
  next step.
- `initialize_from(backbone)`: copies the weights of another backbone that differs in `cross` at
  most. If the other has no cross-attention, the cross-attention here adds nothing at first.
- `width` is D, `depth` the number of blocks, `cross` whether they attend to a context, and
  `length` the greatest S, None for no limit.
"""

import functools

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import copy_weights, normalize, register
from tfaudiogen.layers.quantizers.repetition import repeated
from tfaudiogen.layers.transformers.attention import (
    CausalAttention,
    CrossAttention,
    initialize_cross_attention,
)

POSITIONS = ("rotary", "learned")


@register
class TransformerBlock(keras.layers.Layer):
    """x + attention(x), then x + cross-attention(x, context), then x + W2 gelu(W1 x).

    Each part gets normalised inputs (pre-norm); the norm's gain is part of the weights after it.

    Args:
        width: D.
        heads: H of each attention.
        rotary: whether to use rotary position embeddings; see `CausalAttention`.
        cross: whether to attend to a context.

    Call: [B, S, D] -> [B, S, D]; see the module.
    """

    def __init__(self, width, heads, rotary=True, cross=False, **kwargs):
        super().__init__(**kwargs)
        self.width, self.heads, self.rotary, self.cross = width, heads, rotary, cross
        policy = self.dtype_policy
        self.attention = CausalAttention(width, heads, rotary, dtype=policy)
        self.crossing = CrossAttention(width, heads, dtype=policy) if cross else None
        self.first = keras.layers.Dense(4 * width, dtype=policy)
        self.second = keras.layers.Dense(width, dtype=policy)

    def build(self, input_shape):
        for part in filter(None, (self.attention, self.crossing, self.first)):
            part.build((None, None, self.width))
        self.second.build((None, None, 4 * self.width))
        self.built = True

    def initialize_from(self, block):
        for part in ("attention", "first", "second"):
            copy_weights(getattr(self, part), getattr(block, part))
        initialize_cross_attention(self.crossing, block.crossing)

    def call(self, inputs, context=None, gain=None):
        x = inputs + _scaled(self.attention(normalize(inputs)), gain)
        crossed = self.crossing.init_cache(context) if self.cross else None
        return self._rest(x, crossed, gain)

    def _rest(self, x, crossed, gain=None):
        """Apply cross-attention's output and the MLP, which act on each position alone."""
        if self.cross:
            x = x + _scaled(self.crossing.attend(normalize(x), crossed), gain)
        wide = keras.ops.gelu(self.first(normalize(x)))
        return x + _scaled(self.second(wide), gain)

    def init_cache(self, batch, length, context=None):
        crossed = self.crossing.init_cache(context) if self.cross else ()
        return self.attention.init_cache(batch, length), crossed

    def flush_cache(self, state, position):
        return self.attention.flush_cache(state[0], position), state[1]

    def step(self, inputs, position, state):
        remembered, crossed = state
        added, remembered = self.attention.step(normalize(inputs), position, remembered)
        x = self._rest((inputs + added)[:, None], crossed)[:, 0]
        return x, (remembered, crossed)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        names = ("width", "heads", "rotary", "cross")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@register
class Transformer(keras.layers.Layer):
    """A stack of `TransformerBlock`s (Vaswani et al., 2017; pre-norm as in GPT-2).

    Args:
        width: D.
        depth: number of blocks.
        heads: H of each block.
        length: greatest S.
        positions: "rotary", inside the attention, or "learned", an embedding of each of `length`
            positions that is added to the inputs.
        cross: whether the blocks attend to a context.

    Call: [B, S, D] -> [B, S, D]; see the module.
    """

    def __init__(self, width, depth, heads, length, positions="rotary", cross=False, **kwargs):
        super().__init__(**kwargs)
        if positions not in POSITIONS:
            raise ValueError(f"positions must be one of {POSITIONS}, received {positions!r}")
        self.width, self.depth, self.heads, self.length = width, depth, heads, length
        self.positions, self.cross = positions, cross
        rotary = positions == "rotary"
        block = functools.partial(
            TransformerBlock, width, heads, rotary, cross, dtype=self.dtype_policy
        )
        self.blocks = repeated(block, depth, "depth")

    def build(self, input_shape):
        for block in self.blocks:
            block.build((None, None, self.width))
        if self.positions == "learned":
            self.position_embeddings = self.add_weight(
                (self.length, self.width),
                keras.initializers.RandomNormal(stddev=0.02),
                name="places",
            )
        self.built = True

    def initialize_from(self, backbone):
        if self.positions == "learned":
            self.position_embeddings.assign(backbone.position_embeddings)
        for mine, theirs in zip(self.blocks, backbone.blocks, strict=True):
            mine.initialize_from(theirs)

    def call(self, inputs, context=None, gains=None):
        x = inputs
        if self.positions == "learned":
            x = x + tf.cast(self.position_embeddings[: inputs.shape[1]], x.dtype)
        for number, block in enumerate(self.blocks):
            x = block(x, context, None if gains is None else gains[:, number])
        return normalize(x)

    def init_cache(self, batch, length, context=None):
        return tuple(block.init_cache(batch, length, context) for block in self.blocks)

    def flush_cache(self, state, position):
        pairs = zip(self.blocks, state, strict=True)
        return tuple(block.flush_cache(before, position) for block, before in pairs)

    def step(self, inputs, position, state):
        x, after = inputs, []
        if self.positions == "learned":
            x = x + tf.cast(tf.gather(self.position_embeddings, position), x.dtype)
        for block, before in zip(self.blocks, state, strict=True):
            x, remembered = block.step(x, position, before)
            after.append(remembered)
        return normalize(x), tuple(after)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        names = ("width", "depth", "heads", "length", "positions", "cross")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _scaled(x, gain):
    """Return x [B, S, D] times a gain [B, D], if there is one."""
    return x if gain is None else x * tf.cast(gain, x.dtype)[:, None]
