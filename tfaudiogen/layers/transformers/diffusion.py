"""A diffusion Transformer (DiT) over maps of noisy latents."""

import functools
import math

import keras
import tensorflow as tf

from tfaudiogen.layers.blocks.pooling import AttentionPool
from tfaudiogen.layers.blocks.residual import normalize
from tfaudiogen.layers.quantizers.repetition import repeated
from tfaudiogen.layers.transformers.attention import CrossAttention


class ModulatedBlock(keras.layers.Layer):
    """Self-attention, cross-attention to the context and an MLP, all modulated by the condition.

        x + g_1 attention(h_1),  x + g_2 cross-attention(h_2, context),  x + g_3 W2 gelu(W1 h_3),
        h_i = normalize(x) (1 + s_i) + b_i

    The gains g_i, scales s_i and shifts b_i are a linear function of the condition, initialized to
    zero, so each block starts as the identity (adaLN-zero, Peebles and Xie, "Scalable diffusion
    models with transformers", 2023; cross-attention as in Chen et al., "PixArt-alpha", 2024).

    Args:
        width: D.
        heads: H of each attention.

    Call: [B, S, D], context [B, M, D] and condition [B, D] -> [B, S, D].
    """

    def __init__(self, width, heads, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        policy = self.dtype_policy
        self.attention = CrossAttention(width, heads, dtype=policy)
        self.crossing = CrossAttention(width, heads, dtype=policy)
        self.first = keras.layers.Dense(4 * width, dtype=policy)
        self.second = keras.layers.Dense(width, dtype=policy)
        self.modulation = _zero_dense(9 * width, policy)

    def build(self, input_shape=None):
        for part in (self.attention, self.crossing, self.first):
            part.build((None, None, self.width))
        self.second.build((None, None, 4 * self.width))
        self.modulation.build((None, self.width))
        self.built = True

    def call(self, x, context, condition):
        numbers = self.modulation(keras.ops.silu(condition))[:, None]  # [B, 1, 9 D]
        first, second, third = tf.split(numbers, 3, axis=-1)
        x = _added(x, first, lambda h: self.attention(h, h))
        x = _added(x, second, lambda h: self.crossing(h, context))
        return _added(x, third, lambda h: self.second(keras.ops.gelu(self.first(h))))

    def dense_layers(self):
        """Return {name: `keras.layers.Dense`} of all dense layers."""
        attentions = {"attention": self.attention, "crossing": self.crossing}
        found = {
            f"{name}.{part}": getattr(attention, part)
            for name, attention in attentions.items()
            for part in ("ask", "answer", "join")
        }
        return {**found, **{n: getattr(self, n) for n in ("first", "second", "modulation")}}

    def compute_output_shape(self, input_shape):
        return input_shape


class DiffusionTransformer(keras.layers.Layer):
    """Maps noisy latent maps, the time and conditioning vectors to outputs of the maps' shapes.

    Each map is patchified into `patch` x `patch` patches. The patches of all maps form one sequence
    with learned position embeddings. The blocks attend to the conditioning vectors, and are
    modulated by the time and by attention-pooled means of the same vectors. Where the condition is
    dropped, one learned vector replaces all vectors.

    The time in [0, 1] is embedded as sines and cosines in float32 (Vaswani et al., 2017); in 16
    bits neighbouring times would coincide.

    Args:
        shapes: list of (T, F, C) of the maps.
        vectors: V, width of the conditioning vectors.
        width: D, a multiple of 2 heads.
        depth: number of blocks.
        heads: H of each attention.
        patch: patch size, a divisor of T and F of all maps.

    Call: list of [B, T, F, C], times float32 [B], vectors [B, M, V], dropped bool [B] -> list of
    float32 [B, T, F, C].
    """

    def __init__(self, shapes, vectors, width, depth, heads, patch=1, **kwargs):
        super().__init__(**kwargs)
        self.shapes = [tuple(shape) for shape in shapes]
        self.vectors, self.width, self.patch = vectors, width, patch
        self._check_patch()
        policy = self.dtype_policy
        self.entries = [keras.layers.Dense(width, dtype=policy) for _ in self.shapes]
        block = functools.partial(ModulatedBlock, width, heads, dtype=policy)
        self.blocks = repeated(block, depth, "depth")
        self.modulation = _zero_dense(2 * width, policy)
        self.exits = [_zero_dense(self._size(shape), "float32") for shape in self.shapes]
        self.project = keras.layers.Dense(width, dtype=policy)
        self.pool = AttentionPool(width, dtype=policy)
        self.pooled = keras.layers.Dense(width, dtype=policy)
        self.clock = [keras.layers.Dense(width, act, dtype="float32") for act in ("silu", None)]

    def _check_patch(self):
        if self.patch < 1 or any(side % self.patch for shape in self.shapes for side in shape[:2]):
            raise ValueError(
                f"patch must divide the sides of the maps, {[s[:2] for s in self.shapes]}; "
                f"received {self.patch}"
            )

    def _size(self, shape):
        """Return the number of values in a patch of a map."""
        return self.patch**2 * shape[2]

    @property
    def lengths(self):
        """Number of patches of each map."""
        return [math.prod(shape[:2]) // self.patch**2 for shape in self.shapes]

    def build(self, input_shape=None):
        for entry, shape in zip(self.entries, self.shapes, strict=True):
            entry.build((None, None, self._size(shape)))
        for part in self.blocks:
            part.build()
        for part in (self.modulation, *self.exits, *self.clock):
            part.build((None, self.width))
        self.project.build((None, None, self.vectors))
        self.pool.build()
        self.pooled.build((None, self.pool.heads * self.width))
        normal = keras.initializers.RandomNormal(stddev=0.02)
        self.position_embeddings = self.add_weight(
            (sum(self.lengths), self.width), normal, name="places"
        )
        self.nothing = self.add_weight((self.width,), "random_normal", name="nothing")
        self.built = True

    def call(self, maps, times, vectors, dropped):
        context = self.project(tf.cast(vectors, self.compute_dtype))
        context = tf.where(dropped[:, None, None], tf.cast(self.nothing, context.dtype), context)
        condition = self.pooled(self.pool(context)) + self._clocked(times)  # [B, D]
        tokens = [entry(self._patches(m)) for entry, m in zip(self.entries, maps, strict=True)]
        x = tf.concat(tokens, axis=1) + tf.cast(
            self.position_embeddings, self.compute_dtype
        )  # [B, S, D]
        for block in self.blocks:
            x = block(x, context, condition)
        numbers = self.modulation(keras.ops.silu(condition))[:, None]
        x = tf.cast(_modulated(x, *tf.split(numbers, 2, axis=-1)), tf.float32)
        parts = tf.split(x, self.lengths, axis=1)
        return [
            self._unpatched(leave(part), shape)
            for leave, part, shape in zip(self.exits, parts, self.shapes, strict=True)
        ]

    def dense_layers(self):
        """Return {name: `keras.layers.Dense`} of the dense layers in all blocks."""
        return {
            f"block_{number}.{name}": layer
            for number, block in enumerate(self.blocks)
            for name, layer in block.dense_layers().items()
        }

    def _clocked(self, times):
        """Return the time embeddings [B, D] of times [B]."""
        half = self.width // 2
        speeds = 1000.0 * 10000.0 ** (-tf.range(half, dtype=tf.float32) / half)
        angles = tf.cast(times, tf.float32)[:, None] * speeds
        x = tf.concat([tf.cos(angles), tf.sin(angles)], axis=-1)
        for layer in self.clock:
            x = layer(x)
        return tf.cast(x, self.compute_dtype)

    def _patches(self, one):
        """Patchify a map [B, T, F, C] to [B, S_l, patch^2 C]."""
        time, bins, channels = one.shape[1:]
        side = self.patch
        x = tf.reshape(one, (-1, time // side, side, bins // side, side, channels))
        x = tf.transpose(x, (0, 1, 3, 2, 4, 5))
        return tf.cast(
            tf.reshape(x, (-1, time * bins // side**2, side**2 * channels)), self.compute_dtype
        )

    def _unpatched(self, x, shape):
        """Unpatchify a sequence to the map [B, T, F, C]."""
        time, bins, channels = shape
        side = self.patch
        x = tf.reshape(x, (-1, time // side, bins // side, side, side, channels))
        return tf.reshape(tf.transpose(x, (0, 1, 3, 2, 4, 5)), (-1, time, bins, channels))

    def compute_output_shape(self, input_shape):
        return [(None, *shape) for shape in self.shapes]


def _zero_dense(width, policy):
    return keras.layers.Dense(
        width, kernel_initializer="zeros", bias_initializer="zeros", dtype=policy
    )


def _modulated(x, scale, shift):
    return normalize(x) * (1.0 + scale) + shift


def _added(x, numbers, function):
    """Return x + gain function(modulated x), the gain, scale and shift being parts of `numbers`."""
    gain, scale, shift = tf.split(numbers, 3, axis=-1)
    return x + gain * function(_modulated(x, scale, shift))
