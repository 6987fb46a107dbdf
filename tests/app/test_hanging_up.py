"""Whoever hangs up is not waited for: before the lock is taken, and between the parts of a draw."""

import asyncio
import json
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from tfaudiogen.app import asking
from tfaudiogen.app.compute_lock import ComputeLock
from tfaudiogen.app.listeners import Listeners
from tfaudiogen.app.refusals import Busy, Gone
from tfaudiogen.models.training_step import batching

PATIENCE = 60.0
SAMPLE = "/api/models/tiny/sample"


def taken(compute_lock, gone=None):
    """Take a turn for someone who may have hung up, and return what came of it."""
    try:
        with asking.asked_by(gone), compute_lock.taken():
            return "done"
    except (Gone, Busy) as error:
        return type(error).__name__


class Waiting:
    """Somebody in a thread who wants the lock, and may hang up."""

    def __init__(self, compute_lock, done=None):
        self.hung_up, self.found = threading.Event(), None
        self._thread = threading.Thread(target=self._run, args=(compute_lock, done))
        self._thread.start()

    def _run(self, compute_lock, done):
        self.found = taken(compute_lock, self.hung_up.is_set)
        if done is not None:
            done.append(self)

    def end(self):
        self._thread.join(PATIENCE)
        return self.found


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    assert condition()


def test_who_hangs_up_while_waiting_makes_room_at_once():
    compute_lock = ComputeLock(waiting=3)
    with compute_lock.taken():
        waiting = [Waiting(compute_lock) for _ in range(3)]
        until(lambda: len(compute_lock._queue) == 4)
        assert taken(compute_lock) == "Busy"
        for one in waiting:
            one.hung_up.set()
        assert [one.end() for one in waiting] == ["Gone"] * 3
        assert len(compute_lock._queue) == 1
    assert taken(compute_lock) == "done"


def test_who_has_hung_up_already_does_not_begin():
    assert taken(ComputeLock(waiting=1), lambda: True) == "Gone"


def test_who_comes_first_is_served_first():
    compute_lock, done, waiting = ComputeLock(waiting=8), [], []
    with compute_lock.taken():
        for place in range(8):
            waiting.append(Waiting(compute_lock, done))
            until(lambda place=place: len(compute_lock._queue) == place + 2)
    assert [one.end() for one in waiting] == ["done"] * 8
    assert done == waiting


def test_a_draw_ends_between_two_of_its_parts():
    compute_lock, calls = ComputeLock(waiting=1), []

    def part(values):
        calls.append(len(values))
        return values

    def draw():
        with asking.asked_by(lambda: len(calls) > 1), compute_lock.taken():
            batching.in_batches(part, np.arange(40), size=8)

    with pytest.raises(Gone):
        draw()
    assert calls == [8, 8]
    assert batching.in_batches(part, np.arange(40), size=8).shape == (40,)
    assert taken(compute_lock) == "done"


def test_a_long_sound_of_codes_ends_between_its_windows(code_model, monkeypatch):
    windows, draw = [], code_model.priors[0].draw

    def counted(*arguments, **options):
        windows.append(1)
        return draw(*arguments, **options)

    monkeypatch.setattr(code_model.priors[0], "draw", counted)

    def stop():
        if len(windows) > 1:
            raise Gone("whoever asked has hung up.")

    with batching.between_parts(stop), pytest.raises(Gone):
        code_model.sample(1, seconds=2.0)
    assert len(windows) == 2


def test_a_page_that_listens_or_has_just_asked_is_there(monkeypatch):
    from tfaudiogen.app import listeners

    now = [0.0]
    monkeypatch.setattr(listeners.time, "monotonic", lambda: now[0])
    known, stream = Listeners(), {"query_string": b"session_hash=abc"}
    assert not known.gone(None)  # not of a page
    known.expect("abc")
    now[0] = 4.0
    assert not known.gone("abc")
    with known.open(stream), known.open(stream):
        now[0] = 100.0
        assert not known.gone("abc")
    assert not known.gone("abc")
    now[0] = 106.0
    assert known.gone("abc")
    now[0] = 10_000.0
    known.expect("other")
    assert [*known._last] == ["other"]


def test_what_a_page_asked_for_that_was_closed_is_not_drawn():
    handlers = pytest.importorskip("tfaudiogen.app.handlers", reason="needs Gradio")
    from gradio import Error
    from gradio.context import LocalContext

    compute_lock, gone = ComputeLock(waiting=1), []

    def draw():
        with compute_lock.taken():
            return "drawn"

    known = SimpleNamespace(gone=lambda session: session in gone)
    draw = handlers.show_errors(draw, known)
    before = LocalContext.request.set(SimpleNamespace(session_hash="abc"))
    assert draw() == "drawn"
    gone.append("abc")
    with pytest.raises(Error, match="has hung up"):
        draw()
    LocalContext.request.reset(before)
    assert draw() == "drawn"


def request(application, path, body, hang_up):
    """Return what is sent to a client that hangs up when a function returns True."""
    sent, asked = [], [0]
    content = json.dumps(body).encode()

    async def receive():
        asked[0] += 1
        if asked[0] == 1:
            return {"type": "http.request", "body": content, "more_body": False}
        while not hang_up():
            await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "root_path": ""}
    scope |= {"headers": headers, "scheme": "http", "http_version": "1.1"}
    scope |= {"server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "raw_path": path.encode()}
    return application(scope, receive, send), sent


def test_clients_that_hang_up_do_not_keep_the_model_busy(application, studio, monkeypatch, caplog):
    drawn, model = [], studio.model("tiny")
    monkeypatch.setattr(model, "sample", lambda *a, **o: drawn.append(1) or np.full((1, 800), 0.1))

    async def many():
        asked = [request(application, SAMPLE, {"seconds": 60}, lambda: gone) for _ in range(32)]
        tasks = [asyncio.create_task(one) for one, _ in asked]
        while len(studio.compute_lock._queue) < 33:
            await asyncio.sleep(0.01)
        gone.append(True)
        await asyncio.gather(*tasks)
        return [sent[0]["status"] for _, sent in asked]

    gone = []
    with studio.compute_lock.taken():
        assert asyncio.run(many()) == [Gone.status] * 32
        assert len(studio.compute_lock._queue) == 1
    assert not drawn
    assert not caplog.text
    one, sent = request(application, SAMPLE, {"seed": 1}, lambda: False)
    asyncio.run(one)
    assert (sent[0]["status"], drawn) == (200, [1])
