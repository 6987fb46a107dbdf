"""Temperature, top-k and top-p truncation, and quantiles of categorical distributions."""

import tensorflow as tf


def truncate(logits, top_k, top_p):
    """Return logits with those of unlikely codes lowered so far that they are never drawn.

    Kept are the codes that are both among the `top_k` most likely ones and in the nucleus: the
    fewest most likely codes whose probabilities sum to `top_p` or more (Holtzman et al., "The
    curious case of neural text degeneration", 2020). Codes as likely as the last one are kept.

    Args:
        logits: float32 [B, K].
        top_k: integer scalar from 1; K keeps all.
        top_p: scalar in (0, 1]; 1 keeps all.
    """
    falling = tf.sort(logits, axis=-1, direction="DESCENDING")
    probabilities = tf.nn.softmax(falling)
    before = tf.cumsum(probabilities, axis=-1, exclusive=True)
    kept = (before < top_p) & (tf.range(tf.shape(logits)[-1]) < top_k)
    least = tf.reduce_min(tf.where(kept, falling, falling[:, :1]), axis=-1, keepdims=True)
    return tf.where(logits >= least, logits, -1e9)


def categorical_quantile(logits, level):
    """Return int32 [B], the code at which the distribution function of the codes passes `level`.

    For a uniform `level` it is a draw of softmax(logits).

    Args:
        logits: float32 [B, K].
        level: float32 [B] in (0, 1).
    """
    below = tf.cumsum(tf.nn.softmax(logits), axis=-1)
    # Against the last sum, which rounding leaves beside 1, and a little less, so as not to pass it.
    goal = level[:, None] * below[:, -1:] * (1.0 - 2.0**-22)
    return tf.reduce_sum(tf.cast(below <= goal, tf.int32), axis=-1)
