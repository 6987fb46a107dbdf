"""What clients that mean no good cost the page's server, and everybody else.

    python scripts/benchmarks/page_clients.py speech_vae

starts `tfaudiogen app` on a free port, sends it a JSON body of 400 MB, lets 33 clients ask for a
minute of sound and hang up, and opens 320 connections with half of the headers or of the body of a
request. It prints as JSON how much memory the body takes, and how long somebody else waits
meanwhile.
"""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import click
import psutil
from machine import setting

_CLIENTS, _HALVES, _MEGABYTES = 33, 320, 400
_JSON = b"Host: localhost\r\nContent-Type: application/json\r\n"


@click.command()
@click.argument("model", default="speech_vae")
def main(model):
    """Measure the server of one MODEL."""
    with tempfile.TemporaryDirectory() as out, Path(out, "log").open("w") as log:
        command = [sys.executable, "-u", "-m", "tfaudiogen", "app", model, "--out", out]
        process = subprocess.Popen(
            [*command, "--port", "0"], stdout=subprocess.PIPE, stderr=log, text=True
        )
        try:
            server = _Server(process, model)
            lines = _lines(log.name)
            figures = {"seconds_of_a_minute": server.waited(seconds=60)}
            figures |= {"seconds_of_a_window": server.waited(), **_large_body(server)}
            figures |= {**_hanging_up(server), **_half_requests(server)}
        finally:
            process.terminate()
            process.wait()
        figures["lines_in_log"] = _lines(log.name) - lines
    click.echo(json.dumps({"setting": setting(), "model": model, **figures}, indent=1))


def _lines(path):
    return len(Path(path).read_text().splitlines())


class _Server:
    """The server under test.

    Args:
        process: of `tfaudiogen app`.
        model: its name.
    """

    def __init__(self, process, model):
        lines = (line.split() for line in process.stdout)
        url = next(words[4] for words in lines if words[:3] == ["The", "page", "is"])
        self.host, self.path = urllib.parse.urlsplit(url).netloc, f"/api/models/{model}/sample"
        self.head = b"POST %b HTTP/1.1\r\n%b" % (self.path.encode(), _JSON)
        self.process = psutil.Process(process.pid)
        self.ask(seconds=60)  # which compiles what takes long the first time

    def connect(self, content=b""):
        """Return a connection on which something was sent."""
        one = socket.create_connection(self.host.split(":"), 600)
        one.sendall(content)
        return one

    def ask(self, **wanted):
        """Ask for a sound, and wait for it."""
        body, kind = json.dumps({"seed": 1, **wanted}), {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://{self.host}{self.path}", body.encode(), kind)
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def waited(self, **wanted):
        """Return how many seconds somebody waits for a sound, asking until it comes."""
        begin = time.perf_counter()
        while True:
            try:
                self.ask(**wanted)
                return round(time.perf_counter() - begin, 3)
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    raise
            time.sleep(0.1)


def _large_body(server):
    """Return how much memory a large body takes."""
    before = most = server.process.memory_info().rss
    head = b"POST /gradio_api/queue/join HTTP/1.1\r\nTransfer-Encoding: chunked\r\n"
    one, part = server.connect(head + _JSON + b"\r\n"), bytes(1_000_000)
    try:
        for _ in range(_MEGABYTES):
            one.sendall(b"%x\r\n%b\r\n" % (len(part), part))
            most = max(most, server.process.memory_info().rss)
    except ConnectionError:
        pass  # The server takes no more.
    return {"megabytes_of_a_large_body": round((most - before) / 1e6, 1)}


def _hanging_up(server):
    """Return how long somebody waits when others have asked for much and hung up."""
    body = json.dumps({"seconds": 60}).encode()
    whole = server.head + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    asked = [server.connect(whole) for _ in range(_CLIENTS)]
    time.sleep(1.0)
    for one in asked:
        one.close()
    return {"seconds_after_others_hung_up": server.waited()}


def _half_requests(server):
    """Return how long somebody waits while others have sent half a request, and what that costs."""
    before, begin = sum(server.process.cpu_times()[:2]), time.perf_counter()
    ends = (b"Content-Le", b"Content-Length: 99\r\n\r\nhalf a body")
    halves = [server.connect(server.head + ends[number % 2]) for number in range(_HALVES)]
    waited = server.waited()
    time.sleep(30.0)
    for one in halves:
        one.setblocking(False)
    left = sum(map(_is_open, halves))
    used = sum(server.process.cpu_times()[:2]) - before
    figures = {"seconds_beside_half_requests": waited, "half_requests_after_30_s": left}
    share = used / (time.perf_counter() - begin)
    return {**figures, "processors_meanwhile": round(share, 3)}


def _is_open(one):
    try:
        while one.recv(65536):
            pass
    except BlockingIOError:
        return True
    except ConnectionError:
        pass
    return False


if __name__ == "__main__":
    main()
