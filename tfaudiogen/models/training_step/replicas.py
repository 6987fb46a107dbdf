"""Sums and gathers over gradient accumulation parts and over replicas."""

import itertools

import tensorflow as tf


def in_parts(function, count, batch, key, *arguments):
    """Applies a function to a batch in `count` sequential parts.

    A small last batch can leave parts or replicas empty, and convolutions reject empty batches. An
    empty part is replaced by one example of zeros whose sums are multiplied by zero.

    Args:
        function: maps (batch, key, *arguments) to (sums, rows, *more sums), where rows are tensors
            with leading dimension B.
        count: number of parts; 1 computes the batch as a whole.
        batch: dict of tensors with leading dimension B.
        key: `tfaudiogen.probability.noise.Key` of the batch.

    Returns:
        The result of the function for the whole batch, up to rounding.
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
        position = slice(size + (start - size) * filled, size + 1 + (end - size - 1) * filled)
        part = {name: values[position] for name, values in batch.items()}
        sums, rows, *more = function(part, key._replace(index=index[position]), *arguments)
        sums, more = _scaled((sums, more), filled)
        results.append((sums, _first(rows, end - start), *more))
    sums, rows, *more = zip(*results, strict=True)
    return _added(sums), _joined(rows), *map(_added, more)


def _with_zeros(values):
    """Return [B + 1, ...]: the values followed by an example of zeros."""
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
    """Return a structure of tensors summed over the replicas."""
    context = tf.distribute.get_replica_context()
    if context.num_replicas_in_sync == 1:
        return values
    leaves = tf.nest.flatten(values)
    # Tensors are reduced packed into one, which needs a common dtype.
    for dtype in dict.fromkeys(leaf.dtype for leaf in leaves):
        positions = [position for position, leaf in enumerate(leaves) if leaf.dtype == dtype]
        reduced = context.all_reduce("SUM", [leaves[position] for position in positions])
        for position, leaf in zip(positions, reduced, strict=True):
            leaves[position] = leaf
    return tf.nest.pack_sequence_as(values, leaves)


def rows_before(count):
    """Return the number of examples on earlier replicas, and the number on all replicas.

    Args:
        count: int32 scalar, the number of examples on this replica.
    """
    context = tf.distribute.get_replica_context()
    position, replicas = context.replica_id_in_sync_group, context.num_replicas_in_sync
    counts = tf.one_hot(position, replicas, dtype=tf.float64) * tf.cast(count, tf.float64)
    counts = tf.cast(all_reduce(counts), tf.int32)
    return tf.reduce_sum(counts[:position]), tf.reduce_sum(counts)


def gathered(rows):
    """Concatenates the examples of all replicas.

    Replicas may have different numbers of examples, or none.

    Args:
        rows: structure of numeric tensors [B, ...].

    Returns:
        The structure of tensors [B_1 + ... + B_R, ...], and an integer scalar, the position of
        this replica's first example.
    """
    count = tf.shape(tf.nest.flatten(rows)[0])[0]
    first, total = rows_before(count)
    after = total - first - count

    def placed(leaf):
        return tf.pad(leaf, [[first, after]] + [[0, 0]] * (leaf.shape.rank - 1))

    return all_reduce(tf.nest.map_structure(placed, rows)), first
