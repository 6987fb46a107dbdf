"""Reading many files at a time."""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tqdm import tqdm

from tfaudiogen.data.errors import Unusable
from tfaudiogen.data.reading import Reading, read_to_file
from tfaudiogen.data.report import Skipped


@dataclass(frozen=True)
class Recording:
    """A usable file: its sound has been read into the file `sound` (raw int16)."""

    name: str
    label: str
    sound: Path
    reading: Reading
    picture: Path | None = None

    def windows(self, samples):
        """Return the number of windows of `samples`, the last of which may be padded."""
        return math.ceil(self.reading.samples / samples)


def convert(files, folder, sample_rate, channel, progress=True):
    """Read `files` into `folder`; return the `Recording`s and the `Skipped`, in order.

    Threads are enough: decoding, resampling and writing all leave Python's lock.
    """

    def one(numbered):
        number, file = numbered
        target = folder / f"{number}.int16"
        try:
            reading = read_to_file(file.path, target, sample_rate, channel)
        except Unusable as error:
            target.unlink(missing_ok=True)
            return Skipped(file.name, str(error))
        return Recording(file.name, file.label, target, reading)

    results = list(
        tqdm(
            _in_threads(one, list(enumerate(files))),
            total=len(files),
            desc="reading",
            unit=" files",
            disable=not (progress and files),
        )
    )
    recordings = [result for result in results if isinstance(result, Recording)]
    return recordings, [result for result in results if isinstance(result, Skipped)]


def _in_threads(function, items):
    """Yield the results in order; what has not begun is dropped when the caller stops."""
    threads = ThreadPoolExecutor(os.cpu_count())
    try:
        yield from threads.map(function, items)
    finally:
        threads.shutdown(cancel_futures=True)
