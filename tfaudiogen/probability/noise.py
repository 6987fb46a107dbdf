"""Keyed random numbers: pure functions of seed, example and purpose.

Every number is a function of (seed, step, name of the stream, index of the example). It does not
depend on the position of an example in its batch, on the number of replicas, or on compilation:
the bits come from Philox (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011),
whose integer arithmetic is the same everywhere, and are converted to floats here.
`tf.random.stateless_normal` and `tfd.Distribution.sample` do not guarantee this.
"""

import zlib
from typing import NamedTuple

import tensorflow as tf


class Key(NamedTuple):
    """The key of random numbers.

    Attributes:
        seed: integer scalar, the seed of training or of a call, in [0, 2**31).
        step: integer scalar, the optimisation step (0 outside training), in [0, 2**31).
        index: int64 [B], the index of each example in its data set, in [0, 2**31).
    """

    seed: tf.Tensor
    step: tf.Tensor
    index: tf.Tensor


def key(seed, count, step=0):
    """Return the `Key` of `count` draws with indices 0 to `count` - 1."""
    return Key(tf.cast(seed, tf.int64), tf.cast(step, tf.int64), tf.range(tf.cast(count, tf.int64)))


def bits(key, stream, shape):
    """Return uint32 [B, *shape]: independent random bits for each example.

    Args:
        key: the `Key`.
        stream: name of the quantity that needs noise; different names give independent noise.
        shape: static shape of one example's draw.
    """
    run = tf.cast(key.seed, tf.int64) * 2**32 + tf.cast(key.step, tf.int64)
    position = zlib.crc32(stream.encode()) * 2**31 + tf.cast(key.index, tf.int64)
    return _bits_at(run, position, tuple(shape))


# A tf.function, since a loop over examples is slow in eager mode.
@tf.function(autograph=False, reduce_retracing=True)
def _bits_at(run, position, shape):
    def one_example(position):
        return tf.random.stateless_uniform(
            shape, tf.stack([run, position]), None, None, tf.uint32, alg="philox"
        )

    return tf.map_fn(one_example, position, fn_output_signature=tf.TensorSpec(shape, tf.uint32))


def uniform(key, stream, shape=()):
    """Return float32 [B, *shape], uniform on the open interval (0, 1).

    The upper 23 bits b give (b + 1/2) / 2**23, which is exact in float32 and never 0 or 1.
    """
    upper = tf.cast(
        tf.bitwise.right_shift(bits(key, stream, shape), tf.constant(9, tf.uint32)), tf.int32
    )
    return (tf.cast(upper, tf.float32) + 0.5) * 2.0**-23


def normal(key, stream, shape=()):
    """Return float32 [B, *shape] of standard normal draws: the normal quantile of `uniform`.

    The quantile is taken in float64: in float32 its last digits depend on the compiler.
    """
    wide = tf.cast(uniform(key, stream, shape), tf.float64)
    return tf.cast(tf.math.ndtri(wide), tf.float32)
