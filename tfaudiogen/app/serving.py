"""Runs the server until it is stopped."""

import contextlib
import socket
import threading
import time

import uvicorn

from tfaudiogen.app.gate.connections import Connections
from tfaudiogen.app.log_rate import rated_stderr
from tfaudiogen.app.server import make_server
from tfaudiogen.runtime.interruption import Stopped, answering

_BACKLOG = 128
_BETWEEN_TIDYING = 300.0  # seconds
# For responses in progress when the server is stopped; an open page would block it forever.
_LAST_SECONDS = 5


def serve(studio, host, port, log, token=None):
    """Serve a studio until a signal stops it; then stop its jobs and delete temporary files.

    Args:
        studio: `Studio`.
        host: address to listen on.
        port: port to listen on; 0 for any free one.
        log: function that shows a line to the user.
        token: access token that each request must carry; None for none, on loopback only.

    Raises:
        OSError: the port is in use.
        Stopped: a signal stopped the server; the state of a job is saved.
        ValueError: `host` is not loopback and there is no token.
    """
    try:
        listening = _listen(host, port)
        # Before the page is built, which lists only the models that could be loaded.
        studio.load_all(log)
        application = make_server(studio, host, token)
        threading.Thread(target=_tidy_forever, args=(studio,), daemon=True).start()
        with rated_stderr():
            server = _Server(uvicorn.Config(application, **_settings()))
            log(f"The page is at {_address(listening, token)} (Ctrl-C stops it).")
            server.run(sockets=[listening])
        if server.stopped_by:
            raise Stopped(number=server.stopped_by)
    finally:
        studio.close()


class _Server(uvicorn.Server):
    """A uvicorn server that stops at all signals we handle and does not raise them again.

    Uvicorn handles only two of them, and raises them again after shutdown.
    """

    stopped_by = None

    @contextlib.contextmanager
    def capture_signals(self):
        """Handle signals while the server runs."""

        def end(number, pass_on):
            self.stopped_by, self.should_exit = self.stopped_by or number, True

        with answering(end):
            yield


def _settings():
    """Return the settings of uvicorn."""
    return {
        "http": Connections().protocol,
        "ws": "none",
        "backlog": _BACKLOG,
        "log_level": "warning",
        "server_header": False,
        "timeout_graceful_shutdown": _LAST_SECONDS,
    }


def _address(listening, token):
    """Return the URL for the browser."""
    host, port = listening.getsockname()[:2]
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}:{port}" + (f"/?token={token}" if token else "")


def _tidy_forever(studio):
    """Delete outdated files periodically, even if there are no requests."""
    while True:
        time.sleep(_BETWEEN_TIDYING)
        for store in (studio.temporary, studio.uploads):
            store.tidy()


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
