"""Random access to the stored examples."""

import contextlib

import numpy as np
import tensorflow_datasets as tfds
from array_record.python.array_record_data_source import ArrayRecordDataSource

from tfaudiogen.data.pipeline.folder_schema import check_folder

# Subfolder of a data set of pairs with the data set of its images.
PICTURES = "pictures"


def open_builder(folder):
    """Return the read-only TFDS builder of the data set in `folder`.

    Raises:
        ValueError: the folder is damaged or was not written by `prepare`.
    """
    with _readable(folder):
        check_folder(folder)
        return tfds.builder_from_directory(folder)


class Records:
    """The serialised examples of a split by id, the index in the split.

    Args:
        folder: folder of the data set.
        splits: name of the split. Several splits are concatenated, with consecutive ids.

    Raises:
        ValueError: there is no such split, or the folder is damaged or was not written by
            `prepare`.
    """

    def __init__(self, folder, *splits):
        info = open_builder(folder).info
        for split in splits:
            if split not in info.splits:
                raise ValueError(f"split must be one of {sorted(info.splits)}; received {split!r}")
        found = [info.splits[split] for split in splits]
        self._features = info.features
        self._paths = [str(path) for split in found for path in split.filepaths]
        self._ends = np.cumsum([n for split in found for n in split.shard_lengths])
        with _readable(folder):
            self._source = _opened(self._paths)
            self._check_count(sum(split.num_examples for split in found))
        for id_ in (0, len(self) - 1):
            self.example(id_)

    def __len__(self):
        return len(self._source)

    def serialised(self, ids):
        """Return the protocol buffers (tf.train.Example) of `ids` as an array of bytes.

        Raises:
            ValueError: a shard is damaged; the message names it.
        """
        ids = [int(id_) for id_ in ids]
        try:
            found = self._source.__getitems__(ids)
        except Exception:  # noqa: BLE001 - read one by one, so that the error names the shard
            found = [self._stored(id_) for id_ in ids]
        return np.array(found, dtype=object)

    def example(self, id_):
        """Return the decoded example `id_` as a dict of numpy values.

        Raises:
            ValueError: its shard is damaged.
        """
        stored = self._stored(int(id_))
        with _readable(self._shard_of(id_)):
            return self._features.deserialize_example_np(stored)

    def _stored(self, id_):
        with _readable(self._shard_of(id_)):
            return self._source[id_]

    def _shard_of(self, id_):
        return self._paths[np.searchsorted(self._ends, id_, side="right")]

    def _check_count(self, count):
        if len(self) != count:
            raise ValueError(f"its shards hold {len(self)} examples, and {count} are listed")


def _opened(paths):
    try:
        return ArrayRecordDataSource(paths)
    except Exception:
        for path in paths:  # to name the faulty one
            with _readable(path):
                ArrayRecordDataSource([path])
        raise


@contextlib.contextmanager
def _readable(path):
    """Context that turns every exception into a ValueError that names the folder or shard.

    Damaged shards can fail anywhere in the libraries that read them, with any exception.
    """
    try:
        yield
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ValueError(
            f"data {str(path)!r} cannot be read ({reason}): prepare it again"
        ) from error
