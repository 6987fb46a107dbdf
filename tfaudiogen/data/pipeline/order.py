"""The order of examples as a pure function of seed and epoch."""

import itertools

import tensorflow as tf

_ENDLESS = 2**62


class Order:
    """Splits the epochs of `count` examples into steps of `batch_size`.

    Epoch e of seed s is the same in every process and on every machine, and can start at any
    step, so that an interrupted training continues with the examples it has not yet seen.
    """

    def __init__(self, count, batch_size, shuffle, seed, drop_remainder):
        if not 0 <= seed < 2**31:
            raise ValueError(f"seed must be in [0, 2**31); received {seed}")
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1; received {batch_size}")
        if drop_remainder is None:
            drop_remainder = shuffle and count >= batch_size
        self.steps = count // batch_size if drop_remainder else -(-count // batch_size)
        if not self.steps:
            raise ValueError(
                f"batch_size {batch_size} is larger than the split, which has {count} examples, "
                "and drop_remainder is True: choose a smaller batch"
            )
        self.count, self.batch_size, self.shuffle, self.seed = count, batch_size, shuffle, seed
        self.full = drop_remainder or count % batch_size == 0

    def finite(self):
        """Return a dataset of the steps of one epoch; each iteration over it is the next epoch."""
        epochs = itertools.count()
        epoch = tf.data.Dataset.from_generator(
            lambda: iter([next(epochs)]), output_signature=tf.TensorSpec((), tf.int64)
        )
        steps = epoch.flat_map(
            lambda epoch: tf.data.Dataset.range(epoch * self.steps, (epoch + 1) * self.steps)
        )
        return steps.apply(tf.data.experimental.assert_cardinality(self.steps))

    def endless(self, first_step):
        """Return an endless dataset of the steps from `first_step` on."""
        steps = tf.data.Dataset.range(first_step, _ENDLESS)
        return steps.apply(
            tf.data.experimental.assert_cardinality(tf.data.experimental.INFINITE_CARDINALITY)
        )

    def epoch_and_ids(self, step):
        """Return the epoch of `step` (int64 scalar) and the ids of its batch (int64 [B])."""
        epoch, first = step // self.steps, step % self.steps * self.batch_size
        ids = tf.range(first, tf.minimum(first + self.batch_size, self.count))
        if self.shuffle:
            seed = tf.stack([tf.constant(self.seed, tf.int64), epoch])
            ids = tf.random.experimental.index_shuffle(ids, seed, self.count - 1)
        ids.set_shape([self.batch_size if self.full else None])
        return epoch, ids
