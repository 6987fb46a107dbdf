"""What every request passes: addresses, bodies, uploads, and errors in one form."""

import asyncio
import json
import re
import time
import urllib.parse

import pytest

pytest.importorskip("gradio", reason="the page needs Gradio: pip install '.[app]'")

from tfaudiogen.app.gate import body, routes
from tfaudiogen.app.gate.body import Body
from tfaudiogen.app.refusals import Gone, TooLarge, TooSlow

OWN = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin"}


def addresses(application):
    """Return (method, address) of every route of all frameworks behind the gate, filled in."""

    def below(app, prefix=""):
        for route in getattr(app, "routes", []):
            address = prefix + getattr(route, "path", "").replace(":path", "")
            for method in getattr(route, "methods", None) or ["GET"]:
                yield method, address or "/"
            # What is mounted, and what newer versions of FastAPI keep apart.
            yield from below(getattr(route, "app", None), address.rstrip("/"))
            yield from below(getattr(route, "original_router", None), prefix)

    return {(method, path.replace("{", "").replace("}", "")) for method, path in below(application)}


def is_known(method, path):
    return any(route.fits(method, path) for route in routes.ROUTES)


def test_addresses_that_are_not_used_do_not_exist(application, client):
    found = addresses(application._app)
    unused = {one for one in found if not is_known(*one)}
    for path in ("run/api_name", "call/api_name", "process_recording", "component_server"):
        assert ("POST", f"/gradio_api/{path}") in unused
    assert ("GET", "/gradio_api/proxy=url_path") in unused
    answers = {client.request(*one, headers=OWN).status_code for one in unused}
    assert answers == {404}
    assert len(found - unused) > 10


def test_the_addresses_of_the_page_and_of_the_interface_exist(client):
    for path in ("/", "/config", "/gradio_api/info", "/openapi.json"):
        assert client.get(path).status_code == 200
    assert client.head("/").status_code == 200


def test_what_the_head_of_the_page_names_exists(client):
    named = re.findall(r'(?:src|href)="(\.?/[^"]+)"', client.get("/").text)
    icons = [one["src"] for one in client.get("/manifest.json").json()["icons"]]
    assert len(named) > 1
    for path in named + icons:
        answer = client.get(urllib.parse.urljoin("/", path))
        assert (path, answer.status_code) == (path, 200)
        assert answer.content


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/kept/nothing.wav", 404),
        ("GET", "/assets/nothing.js", 404),
        ("GET", "/gradio_api/queue/data", 400),
        ("GET", "/gradio_api/file=/etc/passwd", 404),
        ("GET", "/gradio_api/file=http://127.0.0.1:1/", 404),
        ("GET", "/api/models/nobody/card", 404),
        ("GET", "/api/models/tiny/sample", 404),
        ("PUT", "/", 404),
        ("OPTIONS", "/gradio_api/upload", 404),
        ("POST", "/api/models/tiny/sample", 400),
        ("POST", "/gradio_api/cancel", 400),
        ("POST", "/gradio_api/upload", 400),
    ],
)
def test_errors_have_one_form(client, method, path, status):
    answer = client.request(method, path, headers=OWN)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert [*answer.json()] == ["error"]
    assert isinstance(answer.json()["error"], str)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_fault_has_the_same_form_and_is_in_the_log(client, studio, monkeypatch, caplog):
    monkeypatch.setattr(type(studio), "model_names", lambda self: {}["a fault"])
    answer = client.get("/api/models")
    assert (answer.status_code, [*answer.json()]) == (500, ["error"])
    assert "its log says what" in answer.json()["error"]
    assert "KeyError" in caplog.text


def test_answers_do_not_depend_on_files_of_this_machine(client, tmp_path):
    (tmp_path / "there.wav").touch()
    answers = [client.get(f"/gradio_api/file={tmp_path}/{name}") for name in ("there.wav", "none")]
    assert answers[0].content == answers[1].content
    assert answers[0].status_code == answers[1].status_code == 404


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/gradio_api/queue/join", 262_144),
        ("/api/models/tiny/sample", 65_536),
        ("/gradio_api/cancel", 65_536),
        ("/api/models/tiny/reconstruct", 100_000),
        ("/gradio_api/upload", 3 * 104_096),
    ],
)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_is_no_larger_than_its_address_takes(client, studio, path, most, announced):
    parts = {True: bytes(most + 1), False: (bytes(50_000) for _ in range(most // 50_000 + 1))}
    answer = client.post(
        path, content=parts[announced], headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413, answer.text
    assert answer.json()["error"].startswith("at most")
    assert not list(studio.uploads.folder.rglob("upload"))


def asgi(application, path, messages, headers=()):
    """Return (what is sent, how many messages were asked for) of one request with such a body."""
    sent, left = [], list(messages)

    async def receive():
        await asyncio.sleep(0 if left else 60)
        return left.pop(0)

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "root_path": ""}
    scope |= {"headers": [(b"host", b"localhost"), *headers], "scheme": "http", "http_version": "1"}
    scope |= {"server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "raw_path": path.encode()}
    asyncio.run(application(scope, receive, send))
    return sent, len(messages) - len(left)


def part(content=b"", more=True):
    return {"type": "http.request", "body": content, "more_body": more}


def test_what_is_said_to_be_too_large_is_not_read(application, monkeypatch):
    monkeypatch.setattr(body, "_DRAINED", 0.0)
    length = [(b"content-length", b"400000000")]
    sent, read = asgi(application, "/gradio_api/queue/join", [part(bytes(65536))] * 9, length)
    assert sent[0]["status"] == 413
    assert json.loads(sent[1]["body"]) == {"error": "at most 262144 bytes are taken."}
    assert read <= 1


def test_no_more_is_read_than_is_taken(application, monkeypatch):
    monkeypatch.setattr(body, "_DRAINED", 0.0)
    sent, read = asgi(application, "/gradio_api/queue/join", [part(bytes(65536))] * 99)
    assert sent[0]["status"] == 413
    assert read <= 6


def test_who_sends_too_slowly_gets_an_answer(application, monkeypatch):
    monkeypatch.setattr(body, "_PATIENCE", 0.05)
    monkeypatch.setattr(body, "_DRAINED", 0.0)
    for path in ("/gradio_api/queue/join", "/api/models/tiny/reconstruct", "/gradio_api/upload"):
        sent, _ = asgi(application, path, [part(b"{")])
        assert sent[0]["status"] == 408
        assert "too slowly" in json.loads(sent[1]["body"])["error"]


def received(*messages, most=100, size=0, began=None):
    """Return the parts of a `Body` that has begun and got so many bytes already."""
    left = list(messages)

    async def receive():
        return left.pop(0) if left else await asyncio.sleep(60)

    async def run():
        one = Body(receive)
        one.bound({"headers": []}, most, lambda size: None)
        one._size, one._began = size, began or one._began
        return await one.whole()

    return asyncio.run(run())


def test_a_large_body_has_more_time(monkeypatch):
    monkeypatch.setattr(body, "_PATIENCE", 10.0)
    monkeypatch.setattr(body, "_SLOWEST", 100.0)
    long_ago = time.monotonic() - 60.0
    with pytest.raises(TooSlow):
        received(part(b"a"), most=10**6, size=1000, began=long_ago)
    found = received(part(b"a"), part(b"b", False), most=10**6, size=10_000, began=long_ago)
    assert found == b"ab"


def test_who_hangs_up_in_the_middle_is_gone():
    with pytest.raises(Gone):
        received(part(b"a"), {"type": "http.disconnect"})
    with pytest.raises(TooLarge):
        received(part(bytes(60)), part(bytes(60)))


def upload(client, *contents, name="a (1).wav", **options):
    files = [("files", (name, content)) for content in contents]
    return client.post("/gradio_api/upload", files=files, **options)


def test_the_page_uploads_files_and_has_them_back(client, studio):
    answer = upload(client, b"one", b"two")
    assert answer.status_code == 200, answer.text
    paths = answer.json()
    assert [studio.uploads.path_of(path).read_bytes() for path in paths] == [b"one", b"two"]
    assert all(path.endswith("/a 1.wav") for path in paths)
    back = client.get(f"/gradio_api/file={paths[1]}")
    assert (back.status_code, back.content) == (200, b"two")
    assert back.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("contents", "status", "words"),
    [
        ([b"a"] * 4, 400, "Too many files"),
        ([b"a", bytes(100_001)], 413, "at most 0.1 MB"),
    ],
)
def test_uploads_beyond_the_limits_leave_nothing(client, studio, contents, status, words):
    before = sorted(studio.uploads.folder.iterdir())
    answer = upload(client, *contents)
    assert answer.status_code == status
    assert words in answer.json()["error"]
    assert sorted(studio.uploads.folder.iterdir()) == before


def test_there_is_room_for_so_many_uploads_in_all(client, studio):
    studio.uploads.measure()
    answers = [upload(client, *[bytes(90_000)] * 3) for _ in range(8)]
    assert {one.status_code for one in answers} == {200, 503}
    assert answers[-1].headers["Retry-After"] == "30"
    assert "too much is being uploaded" in answers[-1].json()["error"]
    for path in [*studio.uploads.folder.rglob("a 1.wav")]:
        studio.uploads.remove(path)
    studio.uploads.measure()
    assert upload(client, b"one").status_code == 200
