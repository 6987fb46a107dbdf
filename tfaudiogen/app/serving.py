"""Running the server until it is stopped."""

import contextlib
import socket
import threading
import time

import uvicorn

from tfaudiogen.app.server import make_server
from tfaudiogen.interruption import Stopped, answering

_BACKLOG = 128
_BETWEEN_TIDYING = 300.0  # seconds
# For answers under way when the server is stopped; a page that is open would keep it for ever.
_LAST_SECONDS = 5


def serve(studio, host, port, tell):
    """Serve a studio until a signal stops it; then stop its jobs and remove what is temporary.

    Args:
        studio: `Studio`.
        host: address to listen on.
        port: to listen on; 0 for any that is free.
        tell: function that shows a line to the user.

    Raises:
        OSError: the port is taken.
        Stopped: by a signal; what a job has is saved.
    """
    try:
        listening = _listen(host, port)
        threading.Thread(target=_tidy_forever, args=(studio,), daemon=True).start()
        for name in studio.model_names():
            tell(f"Loading {name} ...")
            studio.model(name)
        settings = {"log_level": "warning", "server_header": False}
        settings["timeout_graceful_shutdown"] = _LAST_SECONDS
        server = _Server(uvicorn.Config(make_server(studio, host), **settings))
        address = listening.getsockname()
        name = f"[{address[0]}]" if ":" in address[0] else address[0]
        tell(f"The page is at http://{name}:{address[1]} (Ctrl-C stops it).")
        server.run(sockets=[listening])
        if server.stopped_by:
            raise Stopped(number=server.stopped_by)
    finally:
        studio.close()


class _Server(uvicorn.Server):
    """Ends at each of our signals; uvicorn knows two, and passes them on when it has ended."""

    stopped_by = None

    @contextlib.contextmanager
    def capture_signals(self):
        """Take over the signals while the server runs."""

        def end(number, pass_on):
            self.stopped_by, self.should_exit = self.stopped_by or number, True

        with answering(end):
            yield


def _tidy_forever(studio):
    """Remove what has become too old, also where nobody makes anything new."""
    while True:
        time.sleep(_BETWEEN_TIDYING)
        studio.temporary.tidy()


def _listen(host, port):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        cure = "give another --port, or 0 for any that is free"
        raise OSError(f"cannot listen on {host}:{port} ({error.strerror}): {cure}") from error
    listening.listen(_BACKLOG)
    return listening
