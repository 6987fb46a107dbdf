"""Training batches of a prior: codes of one level, with the codes of upper levels."""

import tensorflow as tf

from tfaudiogen.data.pipeline.load import AHEAD
from tfaudiogen.data.pipeline.order import Order
from tfaudiogen.data.pipeline.replicas import Replicas
from tfaudiogen.training.inputs.training_data import TrainingData


class CodeData(TrainingData):
    """Batches of "codes", "above_0", ..., "label" and "id", in the same order as `load_dataset`.

    Args:
        codes: {split: arrays}; see `code_cache.read`.
        level: level of the prior; 0 is the top.
        batch_size: examples per step over all devices.
        seed: seed of the order.
    """

    def __init__(self, codes, level, batch_size, seed):
        self.batch_size, self.seed = batch_size, seed
        self.augment = None  # the cached codes include augmented passes
        self._arrays = {split: _conditioned(arrays, level) for split, arrays in codes.items()}

    def batches(
        self,
        split,
        batch_size=None,
        shuffle=None,
        repeat=False,
        first_step=0,
        drop_remainder=None,
        replicas=None,
    ):
        """Return whole batches, or parts for `replicas`; see `load_dataset`."""
        arrays, replicas = self._arrays[split], replicas or Replicas()
        shuffle = split == "train" if shuffle is None else shuffle
        count = len(arrays["codes"])
        order = Order(count, batch_size or self.batch_size, shuffle, self.seed, drop_remainder)

        def batch(step, replica):
            _, ids = order.epoch_and_ids(step)
            ids = replicas.part(ids, replica)
            return {"id": ids, **{name: tf.gather(values, ids) for name, values in arrays.items()}}

        steps = order.endless(first_step) if repeat else order.finite()
        parts = replicas.spread(steps)
        return parts.map(batch, tf.data.AUTOTUNE, deterministic=True).prefetch(AHEAD)


def _conditioned(arrays, level):
    above = {f"above_{number}": arrays[f"codes_{number}"] for number in range(level)}
    found = {"codes": arrays[f"codes_{level}"], "label": arrays["label"], **above}
    # The dataset graph references tensors, but would copy arrays.
    return {name: tf.constant(values) for name, values in found.items()}
