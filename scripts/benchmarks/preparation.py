"""Time `prepare` beside a plain loop over `librosa.load` that does the same work.

    python scripts/benchmarks/preparation.py FOLDER [FOLDER ...] --rounds 5

The loop reads one file after the other, mixes, resamples, cuts the same windows and stores them as
16-bit examples: once in an array_record file as `prepare` does, once as bare numpy files. All take
turns in one process, after a round that is not counted. The ratio to quote is that of each round.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import librosa
import numpy as np
import tensorflow as tf
from array_record.python.array_record_module import ArrayRecordWriter
from machine import setting

import tfaudiogen
from tfaudiogen.data.sources.files import find_files


def windows(path, options):
    """Yield (start, length, int16 window padded with zeros) of a file."""
    sound, _ = librosa.load(path, sr=options.sample_rate)
    levels = np.clip(np.rint(sound * 2**15), -(2**15), 2**15 - 1).astype(np.int16)
    for start in range(0, len(levels), options.samples):
        part = levels[start : start + options.samples]
        yield start, len(part), np.pad(part, (0, options.samples - len(part)))


def example(file, start, length, window):
    """Return the serialised example that `prepare` stores."""
    values = {
        "audio": tf.train.Feature(bytes_list=tf.train.BytesList(value=[window.tobytes()])),
        "source": tf.train.Feature(bytes_list=tf.train.BytesList(value=[file.name.encode()])),
        "picture": tf.train.Feature(bytes_list=tf.train.BytesList(value=[b""])),
        "label": tf.train.Feature(int64_list=tf.train.Int64List(value=[0])),
        "length": tf.train.Feature(int64_list=tf.train.Int64List(value=[length])),
        "start": tf.train.Feature(int64_list=tf.train.Int64List(value=[start])),
    }
    return tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString()


def loop_to_records(options, out):
    """Store the windows in one array_record file."""
    out.mkdir()
    writer = ArrayRecordWriter(str(out / "examples.array_record"), "group_size:1,snappy")
    for file in find_files(options.folders).audio:
        for start, length, window in windows(file.path, options):
            writer.write(example(file, start, length, window))
    writer.close()


def loop_to_numpy(options, out):
    """Store each window in a file of its own."""
    out.mkdir()
    for number, file in enumerate(find_files(options.folders).audio):
        for start, _, window in windows(file.path, options):
            np.save(out / f"{number}_{start}.npy", window)


def prepare(options, out):
    """Do it with this package."""
    tfaudiogen.prepare(
        options.folders,
        out,
        sample_rate=options.sample_rate,
        samples=options.samples,
        progress=False,
    )


def seconds(task, options):
    """Return wall-clock and processor seconds of a task."""
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        wall, processor = time.perf_counter(), time.process_time()
        task(options, Path(folder) / "out")
        took = time.perf_counter() - wall, time.process_time() - processor
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir()
    return took


def spread(values, unit=""):
    """Return the median and the range."""
    return f"{statistics.median(values):.2f}{unit} ({min(values):.2f} to {max(values):.2f})"


def main():
    """Print medians, spread and ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sample-rate", type=int, default=22050)
    parser.add_argument("--samples", type=int, default=131072, help="of a window")
    parser.add_argument("--work", help="folder for what is written; the system's if not given")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    print(f"{setting()}; {len(find_files(options.folders).audio)} files")
    tasks = {
        "prepare": prepare,
        "librosa loop, records": loop_to_records,
        "librosa loop, numpy files": loop_to_numpy,
    }
    took = {name: [] for name in tasks}
    for number in range(options.rounds + 1):
        for name, task in tasks.items():
            result = seconds(task, options)
            if number:  # the first round warms up
                took[name].append(result)
    for name, results in took.items():
        walls, processors = zip(*results, strict=True)
        ratios = [w / p for (w, _), (p, _) in zip(results, took["prepare"], strict=True)]
        print(
            f"{name:26} {spread(walls, ' s')}, processor {spread(processors, ' s')}, "
            f"{spread(ratios)} times as long as prepare = "
            f"{statistics.median(ratios) / cores:.2f} x cores"
        )


if __name__ == "__main__":
    main()
