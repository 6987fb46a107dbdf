"""Runs downloads in threads, and stops them all if one fails or the user interrupts."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

_TICK = 0.25  # seconds


def run_all(function, tasks, workers, stop, tick):
    """Yield (task, result of `function(task)`) as the tasks end.

    Args:
        function: called in several threads.
        tasks: list.
        workers: number of threads.
        stop: `threading.Event` that is set on an error, so that the other threads end.
        tick: function that is called several times per second, in this thread. A signal is raised
            there, as a thread that only waits is never in code of this package.
    """
    with ThreadPoolExecutor(workers) as pool:
        running = {pool.submit(function, task): task for task in tasks}
        try:
            while running:
                done, _ = wait(running, _TICK, FIRST_COMPLETED)
                tick()
                for future in done:
                    yield running.pop(future), future.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
