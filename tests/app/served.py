"""A server under test, and requests to it."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """A server under test: its address, the folder of results, its process, its log."""

    url: str
    out: Path
    temporary: Path
    process: subprocess.Popen
    log: Path


def address_of(process, log, patience):
    """Return the address that a starting server tells, within so many seconds."""
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
