"""A server under test, and requests to it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

import tfaudiogen

PATIENCE = 120


@dataclass(frozen=True)
class Server:
    """A server under test: its address, the folder of results, its process, its log."""

    url: str
    out: Path
    temporary: Path
    process: subprocess.Popen
    log: Path


@contextlib.contextmanager
def serving(out, *arguments):
    """Run `tfaudiogen app` with arguments and results below a folder, and give its `Server`."""
    pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")
    temporary, log = Path(tempfile.mkdtemp(dir=out)), out / "server.log"
    command = [sys.executable, "-m", "tfaudiogen", "app", *arguments]
    command += ["--out", out / "results", "--port", "0"]
    environment = os.environ | {
        "PYTHONPATH": str(Path(tfaudiogen.__file__).parent.parent),
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(temporary),
    }
    with log.open("w") as file:
        process = subprocess.Popen(
            list(map(str, command)), env=environment, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        url = address_of(process, log, PATIENCE)
        yield Server(url, out / "results", temporary, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def file_of(server, element):
    """Return the bytes that an element of the page shows or plays."""
    with urllib.request.urlopen(server.url + element.get_attribute("src")) as answer:
        return answer.read()


def address_of(process, log, patience):
    """Return the address that a starting server prints, within so many seconds."""
    end = time.monotonic() + patience
    while time.monotonic() < end and process.poll() is None:
        for line in log.read_text().splitlines():
            if line.startswith("The page is at "):
                return line.split()[4]
        time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


def ask(server, path, body=None, **headers):
    """Return (status, answer) of a request; a dict is sent as JSON, bytes as they are."""
    data = json.dumps(body).encode() if isinstance(body, dict) else body
    kind = "application/json" if isinstance(body, dict) else "application/octet-stream"
    headers = {"Content-Type": kind, **headers}
    request = urllib.request.Request(server.url + path, data, headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
