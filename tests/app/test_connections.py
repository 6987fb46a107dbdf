"""Connections over real sockets: half requests, silence, and clients that do not listen."""

import asyncio
import contextlib
import socket
import threading
import time
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

pytest.importorskip("uvicorn", reason="the page needs Gradio: pip install '.[app]'")

import uvicorn

from tfaudiogen.app.gate.connections import Connections

WHOLE = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF = WHOLE[:-2]
BODY = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"
PATIENCE = 60.0  # seconds, within which things happen that need a fraction of one


async def hello(scope, receive, send):
    """Answer with as many bytes as the address says, at once or, at /slow, for ever."""
    if scope["method"] == "POST":
        while (await receive()).get("more_body", False):
            pass
    content = bytes(int(scope["query_string"] or b"5"))
    headers = [(b"content-length", str(len(content)).encode())]
    if scope["path"] == "/slow":
        await asyncio.sleep(PATIENCE)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})


@contextlib.contextmanager
def serving(**limits):
    """Run a server with `Connections` of such limits, and give a function that connects to it."""
    connections = Connections(**limits)
    settings = {"http": connections.protocol, "ws": "none", "lifespan": "off"}
    settings |= {"log_level": "critical", "timeout_graceful_shutdown": 1}
    server = uvicorn.Server(uvicorn.Config(hello, **settings))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    with contextlib.ExitStack() as opened:

        def connect(content=b""):
            one = opened.enter_context(socket.create_connection(listening.getsockname(), PATIENCE))
            one.sendall(content)
            return one

        connect.connections = connections
        yield connect
        server.should_exit = True
        thread.join(PATIENCE)


def answer(one):
    """Return what comes on a connection until it is closed, or has a whole answer of 5 bytes."""
    found = b""
    with contextlib.suppress(ConnectionError):
        while not found.endswith(bytes(5)) and (more := one.recv(65536)):
            found += more
    return found


def is_closed(one):
    """Wait until a connection is closed by the other side, and return whether it is."""
    with contextlib.suppress(ConnectionError):
        return one.recv(1) == b""
    return True


def is_open(one):
    one.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        one.recv(1)
        return False
    one.settimeout(PATIENCE)
    return True


@pytest.mark.parametrize("content", [b"", HALF, b"GET", WHOLE[:1]])
def test_who_does_not_ask_is_hung_up_on(content):
    with serving(seconds=0.2) as connect:
        assert is_closed(connect(content))
        assert answer(connect(WHOLE)).startswith(b"HTTP/1.1 200")


def test_who_asks_bit_by_bit_is_too():
    with serving(seconds=0.3) as connect:
        one = connect(WHOLE[:16])
        one.settimeout(0.05)
        until(lambda: sent_and_closed(one))


def sent_and_closed(one):
    """Send another header, and return whether the other side has hung up."""
    try:
        one.sendall(b"X: y\r\n")
        return one.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


@pytest.mark.parametrize(("half", "rest"), [(HALF, b"\r\n"), (BODY + b"half", b" body")])
def test_half_requests_keep_nobody_out(half, rest):
    with serving(most_waiting=8, seconds=PATIENCE) as connect:
        halves = [connect(half) for _ in range(40)]
        assert answer(connect(WHOLE)).startswith(b"HTTP/1.1 200")
        assert all(map(is_closed, halves[:32]))
        assert is_open(halves[-1])
        halves[-1].sendall(rest)
        assert answer(halves[-1]).startswith(b"HTTP/1.1 200")


def test_there_are_no_more_than_so_many():
    with serving(most=4, most_waiting=4, seconds=PATIENCE) as connect:
        slow = WHOLE.replace(b"/ ", b"/slow ")
        held = [connect(slow) for _ in range(4)]
        until(lambda: len(connect.connections._open) == 4)
        until(lambda: not connect.connections._waiting)
        assert is_closed(connect(WHOLE))
        held[0].close()
        ends = [answer(connect(WHOLE)) for _ in range(200)]
        assert any(end.startswith(b"HTTP/1.1 200") for end in ends)


def test_a_request_under_way_is_waited_for():
    with serving(seconds=0.1) as connect:
        slow = connect(WHOLE.replace(b"/ ", b"/slow "))
        until(lambda: connect.connections._open and not connect.connections._waiting)
        assert is_closed(connect(HALF))
        assert is_open(slow)


def test_a_second_request_on_a_connection_is_answered_and_a_half_one_is_not():
    with serving(seconds=0.5) as connect:
        one = connect(WHOLE)
        assert answer(one).startswith(b"HTTP/1.1 200")
        one.sendall(WHOLE)
        assert answer(one).startswith(b"HTTP/1.1 200")
        one.sendall(HALF)
        assert is_closed(one)


def test_who_does_not_take_the_answer_is_hung_up_on():
    with serving(seconds=0.2) as connect:
        deaf = connect(WHOLE.replace(b"/ ", b"/?30000000 "))
        until(lambda: connect.connections._open)
        until(lambda: not connect.connections._open)
        left = 0
        with contextlib.suppress(ConnectionError):
            while more := deaf.recv(1_000_000):
                left += len(more)
        assert left < 30_000_000


def test_who_takes_the_answer_slowly_is_not():
    looks, aborted = [], []
    loop = SimpleNamespace(call_later=lambda seconds, *look: looks.append(look) or Mock())
    transport = SimpleNamespace(abort=lambda: aborted.append(True))
    one = Mock(loop=loop, transport=transport, unsent=1000)
    connections = Connections(most=1, seconds=1.0)
    connections.opened(one)
    for unsent in (600, 200, 0):
        one.unsent = unsent
        function, *arguments = looks.pop()
        function(*arguments)
        assert not aborted
    function, *arguments = looks.pop()
    function(*arguments)
    assert aborted


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    assert condition()
