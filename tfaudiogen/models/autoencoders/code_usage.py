"""Statistics of codebook usage: counts of an example, metrics of an epoch."""

import tensorflow as tf


def code_counts(code, codes):
    """Return float32 [B, K]: how often each code stands in each example.

    Args:
        code: int32 [B, T, F], or [B, T, F, Q] of Q codebooks, which gives [B, Q K].
        codes: K.
    """
    books = code.shape[3] if code.shape.rank == 4 else 1
    code = tf.reshape(code, (-1, *code.shape[1:3], books)) + codes * tf.range(books)
    examples, total = tf.shape(code)[0], codes * books
    place = code + total * tf.range(examples)[:, None, None, None]
    flat = tf.reshape(place, (-1,))
    ones = tf.ones_like(flat, tf.float32)
    # The static number of segments that XLA asks for.
    segments = (code.shape[0] or examples) * total
    return tf.reshape(tf.math.unsorted_segment_sum(ones, flat, segments), (-1, total))


def usage_figures(counts):
    """Return the figures of counts [K] over an epoch.

    - usage: part of the codes that were used;
    - dead_codes: how many were not;
    - perplexity: exp(-sum p log p), p_k the part of all places that have code k: the number of
      codes that would carry as much if all were used alike.
    """
    counts = tf.cast(counts, tf.float32)
    used = tf.cast(counts > 0.0, tf.float32)
    shares = counts / tf.maximum(tf.reduce_sum(counts), 1e-30)
    return {
        "usage": tf.reduce_mean(used),
        "dead_codes": tf.reduce_sum(1.0 - used),
        "perplexity": tf.exp(-tf.reduce_sum(tf.math.xlogy(shares, shares))),
    }
