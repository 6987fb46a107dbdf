"""Writes examples to shards, which can be written independently."""

import math
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds
from array_record.python.array_record_module import ArrayRecordWriter
from tensorflow_datasets.core.hashing import Hasher

# Small enough to keep all cores busy; at most 1024 shards.
_SHARD_BYTES, _MOST_SHARDS = 32 * 2**20, 1024
# Snappy compresses padding to nothing; audio takes a fifth more space than with zstd. But zstd
# takes four times as long, and the writer holds the GIL meanwhile, so that other cores would wait.
_OPTIONS = "group_size:1,snappy"


@dataclass(frozen=True)
class Shard:
    """A file of examples.

    Attributes:
        path: path of the file.
        parts: objects whose method `example` returns the example.
        features: `tfds.features.FeaturesDict` of the examples.
    """

    path: Path
    parts: tuple
    features: tfds.features.FeaturesDict

    def write(self):
        """Write the file atomically."""
        # The temporary name is unique, since another worker may write the same shard.
        partial = self.path.with_name(f"{self.path.name}.{uuid.uuid4().hex}")
        writer = ArrayRecordWriter(str(partial), _OPTIONS)
        for example in self._serialised():
            writer.write(example)
        writer.close()
        partial.replace(self.path)

    def _serialised(self):
        serializer = tfds.core.ExampleSerializer(self.features.get_serialized_info())
        for part in self.parts:
            encoded = self.features.encode_example(part.example())
            yield serializer.serialize_example(encoded)


def shards_of(template, parts, example_bytes, features, count=None):
    """Return the `Shard`s of a split, with examples ordered by the hash of their keys.

    TFDS uses the same order; it mixes examples of different files.

    Args:
        template: `tfds.core.ShardedFileTemplate` of the split.
        parts: {key: part}; see `Shard`.
        example_bytes: bytes of an example.
        features: `tfds.features.FeaturesDict` of the examples.
        count: number of shards; None to choose by size.
    """
    count = min(count or _good_number(len(parts) * example_bytes), len(parts))
    ordered = _by_hash(parts, template.split)
    ends = [len(parts) * position // count for position in range(count + 1)]
    return [
        Shard(
            Path(template.sharded_filepath(shard_index=position, num_shards=count)),
            tuple(ordered[ends[position] : ends[position + 1]]),
            features,
        )
        for position in range(count)
    ]


def _good_number(size):
    return min(_MOST_SHARDS, max(1, math.ceil(size / _SHARD_BYTES)))


def _by_hash(parts, salt):
    hasher = Hasher(salt)
    hashes = np.array([hasher.hash_key(key).to_bytes(16, "big") for key in parts], "S16")
    values = list(parts.values())
    return [values[position] for position in np.argsort(hashes, kind="stable")]
