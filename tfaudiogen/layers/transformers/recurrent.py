"""A stack of LSTMs, the backbone of a prior: see `tfaudiogen.layers.transformers.transformer`."""

import functools

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.residual import copy_weights, normalize, register
from tfaudiogen.layers.quantizers.repetition import repeated
from tfaudiogen.layers.transformers.attention import CrossAttention, initialize_cross_attention


@register
class LSTMStack(keras.layers.Layer):
    """A residual stack of LSTMs, x + LSTM(x) (Hochreiter and Schmidhuber, 1997).

    The inputs of each layer are normalised and its outputs added, so that deep stacks train. With
    `cross`, each layer is followed by x + cross-attention(x, context).

    Args:
        width: D, of the inputs, the outputs and the state of each layer.
        depth: number of layers.
        heads: H of the cross-attention.
        cross: whether the layers attend to a context.

    Call: [B, S, D] -> [B, S, D]; see `layers/transformers/transformer.py`.
    """

    length = None

    def __init__(self, width, depth, heads=4, cross=False, **kwargs):
        super().__init__(**kwargs)
        self.width, self.depth, self.heads, self.cross = width, depth, heads, cross
        policy = self.dtype_policy
        # XLA cannot compile the cuDNN kernel.
        options = {"return_sequences": True, "use_cudnn": False, "dtype": policy}
        self.recurrent = repeated(lambda: keras.layers.LSTM(width, **options), depth, "depth")
        crossing = functools.partial(CrossAttention, width, heads, dtype=policy)
        self.crossings = repeated(crossing, depth if cross else 0, "depth")

    def build(self, input_shape):
        for layer in [*self.recurrent, *self.crossings]:
            layer.build((None, None, self.width))
        self.built = True

    def initialize_from(self, backbone):
        for mine, theirs in zip(self.recurrent, backbone.recurrent, strict=True):
            copy_weights(mine, theirs)
        for position, mine in enumerate(self.crossings):
            initialize_cross_attention(
                mine, backbone.crossings[position] if backbone.cross else None
            )

    def call(self, inputs, context=None, gains=None):
        x = inputs
        for number, layer in enumerate(self.recurrent):
            added = layer(normalize(x))
            if gains is not None:
                added = added * tf.cast(gains[:, number], x.dtype)[:, None]
            x = x + added
            if self.cross:
                x = x + self.crossings[number](normalize(x), context)
        return normalize(x)

    def init_cache(self, batch, length, context=None):
        zeros = tf.zeros((batch, self.width), self.compute_dtype)
        memories = tuple((zeros, zeros) for _ in self.recurrent)
        return memories, tuple(layer.init_cache(context) for layer in self.crossings)

    def flush_cache(self, state, position):
        return state

    def step(self, inputs, position, state):
        memories, crossed = state
        x, after = inputs, []
        for number, (layer, memory) in enumerate(zip(self.recurrent, memories, strict=True)):
            added, memory = layer.cell(normalize(x), memory)
            x = x + added
            after.append(tuple(memory))
            if self.cross:
                asked = normalize(x)[:, None]
                x = x + self.crossings[number].attend(asked, crossed[number])[:, 0]
        return normalize(x), (tuple(after), crossed)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        names = ("width", "depth", "heads", "cross")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
