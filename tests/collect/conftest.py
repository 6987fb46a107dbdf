"""A server on loopback, allowed for these tests, and limits that let them fail quickly."""

import threading

import pytest
from collect_server import Server

from tfaudiogen.collect.addresses import LOOPBACK_VARIABLE
from tfaudiogen.collect.limits import Limits


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv(LOOPBACK_VARIABLE, "1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield running
        running.closing.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def limits():
    """Return a function that makes limits of its arguments, short ones by default."""

    def make(**changed):
        usual = {"timeout": 10.0, "backoff": 0.001, "per_second": 1000.0, "seconds": 60.0}
        return Limits(**{**usual, **changed})

    return make


@pytest.fixture
def web(limits):
    from tfaudiogen.collect.web import Web

    with Web(limits()) as client:
        yield client
