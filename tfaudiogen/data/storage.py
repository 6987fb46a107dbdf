"""Random access to the stored examples."""

import numpy as np
import tensorflow_datasets as tfds
from array_record.python.array_record_data_source import ArrayRecordDataSource

from tfaudiogen.data.errors import Unusable
from tfaudiogen.data.opening import check_regular

# Folder, below a data set of pairs, of the data set of its pictures.
PICTURES = "pictures"


def open_builder(folder):
    """Return the read-only TFDS builder of the data set in `folder`.

    Raises:
        ValueError: the folder does not hold a data set that TFDS can read.
    """
    try:
        return tfds.builder_from_directory(folder)
    except (OSError, KeyError, ValueError, AttributeError) as error:
        raise ValueError(
            f"data {str(folder)!r} cannot be read ({error}): prepare it again"
        ) from error


class Records:
    """The serialised examples of a split, by id: their place in the split.

    Args:
        folder: of the data set.
        splits: name of the split; of several, ids go on from one to the next.
    """

    def __init__(self, folder, *splits):
        info = open_builder(folder).info
        for split in splits:
            if split not in info.splits:
                raise ValueError(f"split must be one of {sorted(info.splits)}; received {split!r}")
        paths = [str(path) for split in splits for path in info.splits[split].filepaths]
        for path in paths:
            _check_shard(path)
        self._features = info.features
        self._source = ArrayRecordDataSource(paths)

    def __len__(self):
        return len(self._source)

    def serialised(self, ids):
        """Return the protocol buffers (tf.train.Example) of `ids` as an array of bytes."""
        return np.array(self._source.__getitems__([int(id_) for id_ in ids]), dtype=object)

    def example(self, id_):
        """Return the decoded example `id_` as a dict of numpy values."""
        return self._features.deserialize_example_np(self._source[int(id_)])


def _check_shard(path):
    try:
        check_regular(path)
    except Unusable as error:
        raise ValueError(f"{path}: {error}. Prepare the data set again.") from error
