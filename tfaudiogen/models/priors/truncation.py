"""Top-k and top-p truncation, and quantiles of categorical distributions."""

import tensorflow as tf


def truncate(logits, top_k, top_p):
    """Sets the logits of codes outside top-k and top-p to -1e9, so that they are never drawn.

    A code is kept if it is both among the `top_k` most likely codes and in the nucleus, the
    smallest set of most likely codes whose probabilities sum to at least `top_p` (Holtzman et al.,
    "The curious case of neural text degeneration", 2020). Ties with the last kept code are kept.

    Args:
        logits: float32 [B, K].
        top_k: integer scalar, at least 1; K keeps all.
        top_p: scalar in (0, 1]; 1 keeps all.
    """
    falling = tf.sort(logits, axis=-1, direction="DESCENDING")
    probabilities = tf.nn.softmax(falling)
    before = tf.cumsum(probabilities, axis=-1, exclusive=True)
    kept = (before < top_p) & (tf.range(tf.shape(logits)[-1]) < top_k)
    least = tf.reduce_min(tf.where(kept, falling, falling[:, :1]), axis=-1, keepdims=True)
    return tf.where(logits >= least, logits, -1e9)


def categorical_quantile(logits, level):
    """Return int32 [B], the quantile of softmax(logits): where its CDF exceeds `level`.

    With a uniform `level` this samples from softmax(logits).

    Args:
        logits: float32 [B, K].
        level: float32 [B] in (0, 1).
    """
    below = tf.cumsum(tf.nn.softmax(logits), axis=-1)
    # Relative to the last sum, which is not exactly 1, and slightly reduced to stay below it.
    goal = level[:, None] * below[:, -1:] * (1.0 - 2.0**-22)
    return tf.reduce_sum(tf.cast(below <= goal, tf.int32), axis=-1)
