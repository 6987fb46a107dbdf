"""Every event of the page is asked for files that are none of its uploads."""

import json
import os

import pytest
import soundfile

pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")

JOIN = "/gradio_api/queue/join"


@pytest.fixture(scope="module")
def events(client):
    """Return the events that the page sends to a browser."""
    return client.get("/config").json()["dependencies"]


@pytest.fixture(scope="module")
def named(studio, tmp_path_factory):
    """Return names of files that are there, by what they are, and of one that is not there."""
    folder = tmp_path_factory.mktemp("secret")
    secret, inside = folder / "secret.wav", studio.uploads.new("a.wav").parent
    soundfile.write(secret, [0.1] * 100, 8000)
    (inside / "link.wav").symlink_to(secret)
    os.mkfifo(inside / "pipe.wav")
    return {
        "a file": str(secret),
        "an address": f"http://127.0.0.1:1/{secret}",
        "a link": str(inside / "link.wav"),
        "a folder": str(inside),
        "a named pipe": str(inside / "pipe.wav"),
        "a way out": f"{inside}/../../../{folder.name}/secret.wav",
    }, str(folder / "none.wav")


def asked(event, place, name):
    """Return an event with a file of a name as its input at a place, and as what happened."""
    file = {"path": name, "meta": {"_type": "gradio.FileData"}, "url": f"http://127.0.0.1/{name}"}
    data = [None] * len(event["inputs"])
    if data:
        data[place] = file
    body = {"data": data, "fn_index": event["id"], "session_hash": "abc", "event_data": None}
    return body if data else {**body, "event_data": {"deep": [file]}}


def test_the_page_has_all_events(events, studio):
    from tfaudiogen.app.page import TABS

    assert len(events) > len(TABS)
    assert all(tab.NEEDS is None or studio.able(tab.NEEDS) for tab in TABS if tab.TITLE == "Match")


def test_no_event_takes_what_is_not_an_upload(client, events, named):
    there, missing = named
    tried, answers = 0, set()
    for event in events:
        for place in range(max(1, len(event["inputs"]))):
            for name in [*there.values(), missing]:
                answer = client.post(JOIN, json=asked(event, place, name))
                answers.add((answer.status_code, answer.content))
                tried += 1
    assert tried > 7 * len(events)
    ((status, content),) = answers  # the same for files that are there and for one that is not
    assert status == 400
    assert "not among the uploads" in json.loads(content)["error"]


@pytest.mark.parametrize(
    "body",
    [
        {"data": [], "fn_index": 0, "session_hash": "../.."},
        {"data": [], "fn_index": 0, "session_hash": "x" * 65},
        {"data": [], "fn_index": 0},
        [],
        "text",
    ],
)
def test_what_is_no_event_is_refused(client, body):
    answer = client.post(JOIN, json=body)
    assert answer.status_code == 400
    assert [*answer.json()] == ["error"]


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'{"a": ' * 30_000, b"\xff\xfe", b""])
def test_what_is_no_json_is_refused(client, body):
    answer = client.post(JOIN, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json() == {"error": "the body of an event is JSON."}


@pytest.mark.parametrize("number", [10**6, -1, 2**70, None, True, "0", 0.5, [0], {}])
def test_an_event_that_the_page_does_not_have_is_refused(client, caplog, number):
    answer = client.post(JOIN, json={"data": [], "fn_index": number, "session_hash": "abc"})
    assert answer.status_code == 404
    assert [*answer.json()] == ["error"]
    assert "the page has no event of the fn_index" in answer.json()["error"]
    assert not caplog.records


def test_an_event_keeps_an_upload_and_nothing_else_of_it(studio):
    from tfaudiogen.app.gate import events

    path = studio.uploads.new("a.wav")
    path.write_bytes(b"content")
    file = {"path": str(path), "url": "http://elsewhere/", "is_stream": True, "orig_name": "../b"}
    body = {"data": [[file], 1, "text", None], "fn_index": 0, "session_hash": "abc"}
    found = json.loads(events.checked(json.dumps(body).encode(), studio, {0}))
    kept = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
    assert found == {**body, "data": [[kept], 1, "text", None]}
