"""Divides batches among devices and machines."""

from dataclasses import dataclass

import tensorflow as tf


@dataclass(frozen=True)
class Replicas:
    """The replicas that one machine reads data for.

    Attributes:
        count: number of replicas on all machines; each batch is split into as many parts.
        first: index of the first replica on this machine.
        local: number of replicas on this machine.
    """

    count: int = 1
    first: int = 0
    local: int = 1

    @classmethod
    def of(cls, context):
        """Return the replicas of a `tf.distribute.InputContext`."""
        local = context.num_replicas_in_sync // context.num_input_pipelines
        return cls(context.num_replicas_in_sync, context.input_pipeline_id * local, local)

    def spread(self, steps):
        """Map a dataset of steps to a dataset of (step, replica) for the local replicas."""
        if self.local == 1:
            return steps.map(lambda step: (step, tf.constant(self.first)))
        numbers = range(self.first, self.first + self.local)
        return steps.flat_map(
            lambda step: tf.data.Dataset.from_tensor_slices(([step] * self.local, list(numbers)))
        )

    def part(self, ids, replica):
        """Return the part of the ids of a batch, [B], that a replica gets, about [B / count]."""
        if self.count == 1:
            return ids
        static, size = ids.shape[0], tf.size(ids)
        part = ids[size * replica // self.count : size * (replica + 1) // self.count]
        if static and static % self.count == 0:
            part = tf.ensure_shape(part, [static // self.count])
        return part
