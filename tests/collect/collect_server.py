"""An HTTP server on loopback whose answers a test writes as functions."""

import http.server
import io
import threading
from collections import Counter, defaultdict

import numpy as np
import soundfile
from PIL import Image


class Server(http.server.ThreadingHTTPServer):
    """Answers each path by a function of the request handler.

    Attributes:
        answers: {path: function}; 404 for others.
        asked: {path: list of the headers of its requests}.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers, self.asked = {}, defaultdict(list)
        self.counts, self.lock = Counter(), threading.Lock()
        self.closing = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def put(self, path, content, content_type="application/octet-stream", **headers):
        """Serve bytes at a path, with ranges if there is an ETag."""
        self.answers[path] = lambda handler: handler.send(content, content_type, headers)
        return self.url + path

    def answer(self, path, *functions):
        """Answer the first requests of a path by these functions, and all others by the last."""

        def function(handler):
            with self.lock:
                number = self.counts[path]
                self.counts[path] += 1
            functions[min(number, len(functions) - 1)](handler)

        self.answers[path] = function
        return self.url + path

    def handle_error(self, request, client_address):
        """Be silent: clients of these tests hang up."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802 - the name that http.server calls
        path = self.path.partition("?")[0]
        self.server.asked[path].append(dict(self.headers))
        self.server.answers.get(path, lambda handler: handler.send_error(404))(self)

    def send(self, content, content_type="application/octet-stream", headers=(), status=200):
        headers = dict(headers)
        begin = self._begin(headers)
        if begin:
            whole, content, status = len(content), content[begin:], 206
            headers["Content-Range"] = f"bytes {begin}-{whole - 1}/{whole}"
        self.head(status, {"Content-Type": content_type, "Content-Length": len(content), **headers})
        self.wfile.write(content)

    def head(self, status, headers=()):
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, str(value))
        self.end_headers()

    def break_off(self, content, length, **headers):
        """Send less than was announced, and hang up."""
        self.head(200, {"Content-Length": length, **headers})
        self.wfile.write(content)
        self.close_connection = True

    def redirect(self, location, status=302):
        self.head(status, {"Location": location, "Content-Length": 0})

    def _begin(self, headers):
        asked, tag = self.headers.get("Range"), headers.get("ETag")
        if not asked or tag is None or self.headers.get("If-Range") != tag:
            return 0
        return int(asked.removeprefix("bytes=").rstrip("-"))

    def log_message(self, *arguments):
        pass


def sound(pitch=440.0, seconds=0.5, sample_rate=8000, form="WAV"):
    """Return the bytes of a sound file with a tone."""
    time, file = np.arange(int(seconds * sample_rate)) / sample_rate, io.BytesIO()
    soundfile.write(file, 0.3 * np.sin(2 * np.pi * pitch * time), sample_rate, format=form)
    return file.getvalue()


def picture(seed=0, size=(24, 20), form="PNG"):
    """Return the bytes of a picture with random coarse areas."""
    levels = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(levels).resize(size).save(file, form)
    return file.getvalue()
