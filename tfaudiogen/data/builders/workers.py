"""Maps a function over many items, on all cores or with Apache Beam.

The function must write its result to files, which both kinds of workers can share. It must be
idempotent, since a resumed run, or a pipeline that lost a worker, may call it twice for an item.
"""

import os
from concurrent.futures import ThreadPoolExecutor, as_completed

from tqdm import tqdm

from tfaudiogen.runtime import optional


class Threads:
    """Threads on all cores of this machine; the slow operations release the GIL."""

    def run(self, function, items, size, **bar):
        """Call the function on every item.

        Args:
            function: function of one item.
            items: list, slowest items first.
            size: function from an item to its size in the progress bar.
            bar: arguments of the progress bar (`tqdm`).
        """
        threads = ThreadPoolExecutor(os.cpu_count())
        try:
            with tqdm(total=sum(map(size, items)), **bar) as shown:
                futures = {threads.submit(function, item): item for item in items}
                for future in as_completed(futures):
                    future.result()
                    shown.update(size(futures.pop(future)))
        finally:
            threads.shutdown(cancel_futures=True)


class Beam:
    """Workers of an Apache Beam pipeline, which need a file system shared with this process.

    Args:
        runner: a runner or its name; None to use `options`.
        options: `PipelineOptions`; None for the defaults.
    """

    def __init__(self, runner, options):
        self.runner, self.options = runner, options

    def run(self, function, items, size, **bar):
        """Call the function on every item; progress is up to the runner."""
        del size
        (beam,) = optional.modules("beam", "a pipeline of workers", "apache_beam")
        with beam.Pipeline(runner=self.runner, options=self.options) as pipeline:
            todo = pipeline | bar["desc"] >> beam.Create(items)
            # Without Reshuffle, a runner may give all items to one worker.
            _ = todo | beam.Reshuffle() | beam.Map(function)


def of(download_config):
    """Return `Beam` if a `tfds.download.DownloadConfig` has Beam settings, else `Threads`."""
    runner, options = download_config.beam_runner, download_config.beam_options
    return Beam(runner, options) if runner or options else Threads()
