"""Sums and gathers over the parts of a batch and over replicas."""

import itertools

import tensorflow as tf


def in_parts(function, count, batch, key, *arguments):
    """Apply a function to a batch in `count` parts, one after the other.

    Convolutions refuse empty batches, which small last batches make of parts and of replicas. In
    place of an empty part stands an example of zeros whose sums are multiplied by zero.

    Args:
        function: (batch, key, *arguments) to (sums, rows, *more sums), rows being tensors with
            leading dimension B.
        count: how many parts; 1 for the batch as it is.
        batch: dict of tensors with leading dimension B.
        key: `tfaudiogen.probability.noise.Key` of the batch.

    Returns:
        What the function returns for the whole batch, up to rounding.
    """
    replicas = tf.distribute.get_replica_context().num_replicas_in_sync
    static = key.index.shape[0]
    if count == 1 and (static or replicas == 1):
        return function(batch, key, *arguments)
    size = static or tf.shape(key.index)[0]
    batch, index = tf.nest.map_structure(_with_zeros, (batch, key.index))
    results = []
    for start, end in itertools.pairwise(size * part // count for part in range(count + 1)):
        filled = tf.cast(end > start, tf.int32)
        place = slice(size + (start - size) * filled, size + 1 + (end - size - 1) * filled)
        part = {name: values[place] for name, values in batch.items()}
        sums, rows, *more = function(part, key._replace(index=index[place]), *arguments)
        sums, more = _scaled((sums, more), filled)
        results.append((sums, _first(rows, end - start), *more))
    sums, rows, *more = zip(*results, strict=True)
    return _added(sums), _joined(rows), *map(_added, more)


def _with_zeros(values):
    """Return [B + 1, ...]: the values and an example of zeros."""
    return tf.pad(values, [[0, 1]] + [[0, 0]] * (values.shape.rank - 1))


def _scaled(sums, factor):
    return tf.nest.map_structure(lambda leaf: leaf * tf.cast(factor, leaf.dtype), sums)


def _first(rows, count):
    return tf.nest.map_structure(lambda leaf: leaf[:count], rows)


def _joined(structures):
    return tf.nest.map_structure(lambda *leaves: tf.concat(leaves, axis=0), *structures)


def _added(structures):
    return tf.nest.map_structure(lambda *leaves: tf.add_n(leaves), *structures)


def all_reduce(values):
    """Add a structure of tensors up over the replicas."""
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return values
    leaves = tf.nest.flatten(values)
    # Tensors travel packed into one, which takes one type.
    for dtype in dict.fromkeys(leaf.dtype for leaf in leaves):
        places = [place for place, leaf in enumerate(leaves) if leaf.dtype == dtype]
        reduced = context.all_reduce("SUM", [leaves[place] for place in places])
        for place, leaf in zip(places, reduced, strict=True):
            leaves[place] = leaf
    return tf.nest.pack_sequence_as(values, leaves)


def rows_before(count):
    """Return how many rows the replicas before this one have, and how many all of them have.

    Args:
        count: int32 scalar, the rows of this replica.
    """
    context = tf.distribute.get_replica_context()
    place, replicas = context.replica_id_in_sync_group, context.num_replicas_in_sync
    counts = tf.one_hot(place, replicas, dtype=tf.float64) * tf.cast(count, tf.float64)
    counts = tf.cast(all_reduce(counts), tf.int32)
    return tf.reduce_sum(counts[:place]), tf.reduce_sum(counts)


def gathered(rows):
    """Return the rows of all replicas, one replica after the other, and the place of our first.

    Replicas may have unlike numbers of rows, or none.

    Args:
        rows: structure of tensors [B, ...] of numbers.

    Returns:
        The structure of tensors [B_1 + ... + B_R, ...], and an integer scalar.
    """
    count = tf.shape(tf.nest.flatten(rows)[0])[0]
    first, total = rows_before(count)
    after = total - first - count

    def placed(leaf):
        return tf.pad(leaf, [[first, after]] + [[0, 0]] * (leaf.shape.rank - 1))

    return all_reduce(tf.nest.map_structure(placed, rows)), first
