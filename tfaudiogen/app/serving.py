"""Running the server until it is stopped."""

import signal
import socket

import uvicorn

from tfaudiogen.app.server import make_server

_BACKLOG = 128


def serve(studio, host, port, tell):
    """Serve a studio until it is stopped; then remove what is temporary.

    Args:
        studio: `Studio`.
        host: address to listen on.
        port: to listen on; 0 for any that is free.
        tell: function that shows a line to the user.

    Raises:
        OSError: the port is taken.
    """
    # Uvicorn ends and then passes on the signal, which by default would skip the clearing away.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        listening = _listen(host, port)
        for name in studio.model_names():
            tell(f"Loading {name} ...")
            studio.model(name)
        server = uvicorn.Server(
            uvicorn.Config(make_server(studio, host), log_level="warning", server_header=False)
        )
        address = listening.getsockname()
        name = f"[{address[0]}]" if ":" in address[0] else address[0]
        tell(f"The page is at http://{name}:{address[1]} (Ctrl-C stops it).")
        server.run(sockets=[listening])
    finally:
        studio.close()


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
