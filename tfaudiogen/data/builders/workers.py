"""Maps a function over many items, on all cores or on Apache Beam.

What is done leaves its result in files, which both kinds of workers can share. It must be possible
to do it twice: a run that was stopped, and a pipeline whose worker was lost, do.
"""

import os
from concurrent.futures import ThreadPoolExecutor, as_completed

from tqdm import tqdm

from tfaudiogen.runtime import optional


class Threads:
    """All cores of this machine. What takes time here leaves Python's lock."""

    def run(self, function, items, size, **bar):
        """Call the function on every item.

        Args:
            function: of one item.
            items: list; those that take longest should come first.
            size: function from an item to its share of the progress bar.
            bar: arguments of the bar (`tqdm`).
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
    """The workers of an Apache Beam pipeline. They need to see the same files as this process.

    Args:
        runner: name of the runner or runner; None for what the options say.
        options: `PipelineOptions`, None for the usual ones.
    """

    def __init__(self, runner, options):
        self.runner, self.options = runner, options

    def run(self, function, items, size, **bar):
        """Call the function on every item; the runner shows progress in its own way."""
        del size
        (beam,) = optional.modules("beam", "a pipeline of workers", "apache_beam")
        with beam.Pipeline(runner=self.runner, options=self.options) as pipeline:
            todo = pipeline | bar["desc"] >> beam.Create(items)
            # Without it a runner may give all items to one worker.
            _ = todo | beam.Reshuffle() | beam.Map(function)


def of(download_config):
    """Return the workers that a `tfds.download.DownloadConfig` asks for."""
    runner, options = download_config.beam_runner, download_config.beam_options
    return Beam(runner, options) if runner or options else Threads()
