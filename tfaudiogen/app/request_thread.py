"""Runs long work in a thread that knows whether its client is still connected."""

import asyncio
import threading

from starlette.concurrency import run_in_threadpool

from tfaudiogen.app.asking import asked_by


async def in_thread(request, function, *arguments):
    """Return what a function gives, called in a thread in which `asking.check` knows of a request.

    Args:
        request: the request that asks for it, of which the body has been received.
        function: is called with the arguments.
    """
    gone = threading.Event()
    watch = asyncio.create_task(_watch(request.receive, gone))
    try:
        with asked_by(gone.is_set):
            return await run_in_threadpool(function, *arguments)
    finally:
        watch.cancel()


async def _watch(receive, gone):
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
