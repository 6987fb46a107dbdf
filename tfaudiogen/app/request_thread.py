"""Runs long work in a thread that can check whether its client is still connected."""

import asyncio
import threading

from starlette.concurrency import run_in_threadpool

from tfaudiogen.app.asking import asked_by


async def in_thread(request, function, *arguments):
    """Call a function in a thread where `asking.check` detects that the client disconnected.

    Args:
        request: the request, whose body has been received.
        function: called with the arguments; its result is returned.
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
