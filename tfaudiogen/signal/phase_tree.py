"""Integrates the phase gradient along a maximum spanning forest, in TensorFlow operations.

Heap integration visits one bin at a time. A maximum spanning tree also follows loud bins, and is
found for all bins at once. In each round every region chooses its best edge to another region, and
regions joined by an edge merge. After a few rounds each connected part is one region.

Source of the tree: Boruvka's algorithm (1926); of the phase steps: see `phase_gradient`.
"""

import tensorflow as tf


def integrate(magnitudes, in_time, in_frequency, followed):
    """Sum phase steps along the maximum spanning forest; weights are products of magnitudes.

    Args:
        magnitudes: float32 [B, T, F].
        in_time: float32 [B, T - 1, F], radians from a frame to the next.
        in_frequency: float32 [B, T, F - 1], radians from a bin to the next.
        followed: bool [B, T, F], bins to integrate over; the others get phase 0.

    Returns:
        float32 [B, T, F], phases in radians.
    """
    numbers = tf.cumsum(tf.cast(tf.reshape(followed, [-1]), tf.int32)) - 1
    count = tf.reduce_sum(tf.cast(followed, tf.int32))
    numbers = tf.reshape(numbers, tf.shape(followed))
    edges = _edges(magnitudes, numbers, in_time, in_frequency, followed)

    def join(edges, regions, labels, phases):
        edges, regions, joined, offsets = _join(edges, regions)
        phases = phases + tf.gather(offsets, labels)
        return edges, regions, tf.gather(joined, labels), phases

    # Labels: the region of each node. Phases: relative to the region, in the end to the last one.
    state = (edges, count, tf.range(count), tf.zeros([count]))
    free = tf.TensorShape([None])
    *_, phases = tf.while_loop(
        lambda edges, *_: tf.size(edges[0]) > 0,
        join,
        state,
        shape_invariants=((free,) * 4, tf.TensorShape([]), free, free),
    )
    return tf.scatter_nd(tf.where(followed), phases, tf.shape(magnitudes, tf.int64))


def _edges(magnitudes, numbers, in_time, in_frequency, followed):
    """Return tails, heads, phase steps and weights, [E] each, of edges between followed bins."""
    nodes = (followed, numbers, magnitudes)
    along_time = _edges_between([x[:, :-1] for x in nodes], [x[:, 1:] for x in nodes], in_time)
    along_frequency = _edges_between(
        [x[:, :, :-1] for x in nodes], [x[:, :, 1:] for x in nodes], in_frequency
    )
    return tuple(tf.concat(pair, 0) for pair in zip(along_time, along_frequency, strict=True))


def _edges_between(before, after, steps):
    taken = tf.where(tf.reshape(before[0] & after[0], [-1]))[:, 0]
    tails, heads, steps, tail_magnitudes, head_magnitudes = (
        tf.gather(tf.reshape(x, [-1]), taken)
        for x in (before[1], after[1], steps, before[2], after[2])
    )
    return tails, heads, steps, tail_magnitudes * head_magnitudes


def _join(edges, count):
    """Merge every region with the region at the other end of its best edge.

    Returns:
        The edges between the new regions; the number of new regions; and for each old region its
        new region and its phase there, [count] each.
    """
    tails, heads, steps, _ = edges
    chosen, alone = _best_edges(edges, count)
    regions = tf.range(count)
    forward = tf.gather(tails, chosen) == regions
    others = tf.where(forward, tf.gather(heads, chosen), tf.gather(tails, chosen))
    others = tf.where(alone, regions, others)
    # If two regions chose the same edge, the first one leads, which breaks the cycle.
    leads = alone | ((tf.gather(others, others) == regions) & (regions < others))
    offsets = tf.gather(steps, chosen)
    offsets = tf.where(leads, 0.0, tf.where(forward, -offsets, offsets))
    leaders, offsets = _follow(tf.where(leads, regions, others), offsets)
    ranks = tf.cumsum(tf.cast(leads, tf.int32))
    joined = tf.gather(ranks, leaders) - 1
    return _between(edges, joined, offsets), ranks[-1], joined, offsets


def _best_edges(edges, count):
    # Key: weight, then index of the edge. Otherwise equal weights could form cycles. The bits of
    # non-negative floats have the order of the floats.
    tails, heads, _, weights = edges
    keys = tf.cast(tf.bitcast(weights, tf.int32), tf.int64) * 2**32
    keys += tf.range(tf.size(keys), dtype=tf.int64)
    best = tf.maximum(
        tf.math.unsorted_segment_max(keys, tails, count),
        tf.math.unsorted_segment_max(keys, heads, count),
    )
    alone = best < 0
    return tf.cast(tf.where(alone, tf.zeros_like(best), best % 2**32), tf.int32), alone


def _follow(leaders, offsets):
    # Pointer jumping: each region skips to its leader's leader, until all point to final leaders.
    def skip(leaders, offsets, _):
        further = tf.gather(leaders, leaders)
        changed = tf.reduce_any(further != leaders)
        return further, offsets + tf.gather(offsets, leaders), changed

    loop = (leaders, offsets, tf.constant(True))
    return tf.while_loop(lambda *state: state[2], skip, loop)[:2]


def _between(edges, joined, offsets):
    # Edges whose ends are in different new regions, with the phase step from one to the other.
    tails, heads, steps, weights = edges
    kept = tf.where(tf.gather(joined, tails) != tf.gather(joined, heads))[:, 0]
    tails, heads, steps, weights = (tf.gather(x, kept) for x in (tails, heads, steps, weights))
    steps = steps + tf.gather(offsets, tails) - tf.gather(offsets, heads)
    return tf.gather(joined, tails), tf.gather(joined, heads), steps, weights
