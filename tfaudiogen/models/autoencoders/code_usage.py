"""Codebook usage: code counts per example and metrics per epoch."""

import tensorflow as tf


def code_counts(code, codebook_size):
    """Return float32 [B, K], the number of occurrences of each code in each example.

    Args:
        code: int32 [B, T, F], or [B, T, F, Q] with Q codebooks, which gives [B, Q K].
        codebook_size: K, the codebook size.
    """
    books = code.shape[3] if code.shape.rank == 4 else 1
    code = tf.reshape(code, (-1, *code.shape[1:3], books)) + codebook_size * tf.range(books)
    examples, total = tf.shape(code)[0], codebook_size * books
    position = code + total * tf.range(examples)[:, None, None, None]
    flat = tf.reshape(position, (-1,))
    ones = tf.ones_like(flat, tf.float32)
    # XLA needs a static number of segments.
    segments = (code.shape[0] or examples) * total
    return tf.reshape(tf.math.unsorted_segment_sum(ones, flat, segments), (-1, total))


def usage_figures(counts):
    """Return usage metrics, given the code counts [K] of an epoch.

    - usage: fraction of codes that were used;
    - dead_codes: number of codes that were not used;
    - perplexity: exp(-sum p log p), with p_k the fraction of positions that have code k: the
      effective number of codes.
    """
    counts = tf.cast(counts, tf.float32)
    used = tf.cast(counts > 0.0, tf.float32)
    shares = counts / tf.maximum(tf.reduce_sum(counts), 1e-30)
    return {
        "usage": tf.reduce_mean(used),
        "dead_codes": tf.reduce_sum(1.0 - used),
        "perplexity": tf.exp(-tf.reduce_sum(tf.math.xlogy(shares, shares))),
    }
