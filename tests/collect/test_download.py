"""Downloads from a server that breaks off, lies, throttles, redirects and is silent."""

import email.utils
import time

import pytest
from collect_server import sound

from tfaudiogen.collect.addresses import LOOPBACK_VARIABLE
from tfaudiogen.collect.download import Downloader
from tfaudiogen.collect.errors import Cancelled, Refused
from tfaudiogen.collect.partial import Partial
from tfaudiogen.disk.errors import Unusable

pytest.importorskip("httpx", reason="collecting needs httpx")
from tfaudiogen.collect.web import Web  # noqa: E402

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def partial(tmp_path):
    return Partial(tmp_path, "song")


@pytest.fixture
def fetch(web, partial):
    """Return a function that downloads an address and returns the bytes."""

    def run(url, client=web, kind="audio"):
        Downloader(client).fetch(url, partial, kind)
        return partial.path.read_bytes()

    return run


def ranges(server, path="/a"):
    return [headers.get("Range") for headers in server.asked[path]]


def test_a_file_comes_whole_and_the_client_says_who_it_is(server, fetch):
    assert fetch(server.put("/a", CONTENT)) == CONTENT
    (headers,) = server.asked["/a"]
    assert headers["User-Agent"].startswith("tfaudiogen/")
    assert headers["Accept-Encoding"] == "identity"


def test_the_contact_is_part_of_the_user_agent(server, fetch, limits):
    with Web(limits(), "me@example.org") as client:
        fetch(server.put("/a", CONTENT), client)
    assert "me@example.org" in server.asked["/a"][0]["User-Agent"]


def test_a_broken_connection_is_continued_at_the_byte(server, fetch):
    def first(handler):
        handler.break_off(CONTENT[:4000], len(CONTENT), ETag='"v1"')

    def second(handler):
        handler.send(CONTENT, headers={"ETag": '"v1"'})

    assert fetch(server.answer("/a", first, second)) == CONTENT
    assert ranges(server) == [None, "bytes=4000-"]
    assert server.asked["/a"][1]["If-Range"] == '"v1"'


def test_a_file_that_has_changed_is_begun_again(server, fetch):
    def first(handler):
        handler.break_off(CONTENT[:4000], len(CONTENT), ETag='"v1"')

    def second(handler):
        handler.send(CONTENT[::-1], headers={"ETag": '"v2"'})

    assert fetch(server.answer("/a", first, second)) == CONTENT[::-1]


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"v1"'}], ids=["none", "weak"])
def test_without_a_strong_tag_a_file_is_begun_again(server, fetch, headers):
    def first(handler):
        handler.break_off(CONTENT[:4000], len(CONTENT), **headers)

    assert fetch(server.answer("/a", first, lambda handler: handler.send(CONTENT))) == CONTENT
    assert ranges(server) == [None, None]


def test_the_next_run_continues_and_another_address_does_not(server, fetch, limits):
    url = server.answer("/a", lambda h: h.break_off(CONTENT[:10], len(CONTENT), ETag='"v1"'))
    with Web(limits(attempts=1)) as client, pytest.raises(Refused, match="broke"):
        fetch(url, client)
    server.put("/a", CONTENT, ETag='"v1"')
    assert fetch(url) == CONTENT
    assert ranges(server) == [None, "bytes=10-"]
    server.put("/b", CONTENT[:7], ETag='"v1"')
    assert fetch(server.url + "/b") == CONTENT[:7]
    assert ranges(server, "/b") == [None]


def test_a_complete_part_is_taken_as_it_is(server, fetch, partial):
    url = server.put("/a", CONTENT, ETag='"v1"')
    fetch(url)
    whole = {"Content-Range": f"bytes */{len(CONTENT)}", "Content-Length": 0}
    server.answer("/a", lambda handler: handler.head(416, whole))
    assert fetch(url) == CONTENT
    assert ranges(server)[1] == f"bytes={len(CONTENT)}-"


def test_another_range_than_the_one_asked_for_is_not_joined(server, fetch):
    def first(handler):
        handler.break_off(CONTENT[:4000], len(CONTENT), ETag='"v1"')

    def wrong(handler):
        length = len(CONTENT)
        handler.head(206, {"Content-Range": f"bytes 0-{length - 1}/{length}", "Content-Length": 4})
        handler.wfile.write(CONTENT[:4])

    def third(handler):
        handler.send(CONTENT, headers={"ETag": '"v1"'})

    assert fetch(server.answer("/a", first, wrong, third)) == CONTENT
    assert ranges(server) == [None, "bytes=4000-", None]


def test_a_server_that_always_sends_less_than_it_says_is_given_up(server, fetch, limits):
    url = server.answer("/a", lambda handler: handler.break_off(b"abc", 1000))
    with pytest.raises(Refused, match="connection broke.*4 attempts"):
        fetch(url)
    assert len(server.asked["/a"]) == limits().attempts


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again(server, fetch, status):
    busy = {"Content-Length": 0}
    url = server.answer("/a", lambda h: h.head(status, busy), lambda h: h.send(CONTENT))
    assert fetch(url) == CONTENT
    assert len(server.asked["/a"]) == 2


def test_a_host_that_throttles_is_left_alone_as_long_as_it_says(server, fetch, web, monkeypatch):
    held = []
    monkeypatch.setattr(web.pace, "hold", lambda host, seconds: held.append((host, seconds)))
    monkeypatch.setattr(web.stop, "wait", lambda seconds: held.append(round(seconds)) and False)
    busy = {"Content-Length": 0, "Retry-After": 7}
    fetch(server.answer("/a", lambda h: h.head(429, busy), lambda h: h.send(CONTENT)))
    assert ("127.0.0.1", 7.0) in held
    assert 7 in held


def test_retry_after_may_be_a_date(server, fetch):
    past = email.utils.formatdate(time.time() - 60, usegmt=True)
    busy = {"Content-Length": 0, "Retry-After": past}
    assert fetch(server.answer("/a", lambda h: h.head(503, busy), lambda h: h.send(CONTENT)))
    assert len(server.asked["/a"]) == 2


def test_a_server_that_asks_for_hours_is_left_for_a_later_run(server, fetch):
    busy = {"Content-Length": 0, "Retry-After": 7200}
    with pytest.raises(Refused, match=r"429.*run it again later"):
        fetch(server.answer("/a", lambda handler: handler.head(429, busy)))
    assert len(server.asked["/a"]) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_final_answer_is_not_asked_for_again(server, fetch, status):
    url = server.answer("/a", lambda handler: handler.send_error(status))
    with pytest.raises(Refused, match=str(status)):
        fetch(url)
    assert len(server.asked["/a"]) == 1


def test_a_silent_server_is_given_up(server, fetch, limits):
    url = server.answer("/a", lambda handler: server.closing.wait(30))
    with (
        Web(limits(timeout=0.2, attempts=2)) as client,
        pytest.raises(Refused, match="no answer within the time limit"),
    ):
        Downloader(client).fetch(url, Partial("/nowhere", "song"), "audio", robots=False)
    assert len(server.asked["/a"]) == 2


def test_a_slow_server_is_given_up_and_what_came_is_kept(server, fetch, limits, partial):
    def drip(handler):
        handler.head(200, {"Content-Length": 10**6, "ETag": '"v1"'})
        while not server.closing.wait(0.02):
            handler.wfile.write(b"x")

    url = server.answer("/a", drip)
    with (
        Web(limits(seconds=0.6)) as client,
        pytest.raises(Refused, match=r"longer than the limit of 0.6 s"),
    ):
        fetch(url, client)
    assert partial.size > 0
    assert partial.validator(url) == '"v1"'


@pytest.mark.parametrize("says", [True, False], ids=["announced", "unannounced"])
def test_a_file_above_the_limit_is_refused_and_removed(server, fetch, limits, partial, says):
    def large(handler):
        handler.head(200, {"Content-Length": 5000} if says else {"Connection": "close"})
        handler.wfile.write(bytes(5000))
        handler.close_connection = True

    url = server.answer("/a", large)
    with (
        Web(limits(most_bytes=4999)) as client,
        pytest.raises(Refused, match="larger than the limit of 4999 bytes"),
    ):
        fetch(url, client)
    assert partial.size == 0


@pytest.mark.parametrize(
    ("content_type", "kind", "fits"),
    [
        ("audio/mpeg", "audio", True),
        ("application/ogg", "audio", True),
        ("image/png; charset=x", "image", True),
        ("", "image", True),
        ("image/png", "audio", False),
        ("text/html; charset=utf-8", "audio", False),
        ("application/json", "image", False),
    ],
)
def test_another_type_is_refused(server, fetch, content_type, kind, fits):
    url = server.put("/a", CONTENT, content_type)
    if fits:
        assert fetch(url, kind=kind) == CONTENT
    else:
        with pytest.raises(Refused, match=content_type.partition(";")[0]):
            fetch(url, kind=kind)


def test_a_compressed_answer_is_refused(server, fetch):
    url = server.put("/a", CONTENT, **{"Content-Encoding": "gzip"})
    with pytest.raises(Refused, match="compressed"):
        fetch(url)


def test_redirects_are_followed(server, fetch):
    server.put("/c", CONTENT)
    server.answer("/b", lambda handler: handler.redirect("/c", 308))
    url = server.answer("/a", lambda handler: handler.redirect(server.url + "/b"))
    assert fetch(url) == CONTENT


def test_a_circle_of_redirects_ends(server, fetch):
    with pytest.raises(Refused, match="redirected more than 5 times"):
        fetch(server.answer("/a", lambda handler: handler.redirect("/a")))


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/a", "http://169.254.169.254/latest", "http://[fe80::1]/", "http://0/"]
    + ["file:///etc/passwd", "ftp://127.0.0.1/a", "http://[::ffff:192.168.0.1]:80/"],
)
def test_a_redirect_to_a_private_address_is_refused(server, fetch, target):
    with pytest.raises(Unusable, match="no public address|no http or https address"):
        fetch(server.answer("/a", lambda handler: handler.redirect(target)))
    assert len(server.asked["/a"]) == 1


def test_without_the_variable_loopback_is_never_asked(server, fetch, monkeypatch):
    monkeypatch.delenv(LOOPBACK_VARIABLE)
    with pytest.raises(Unusable, match="no public address"):
        fetch(server.put("/a", CONTENT))
    assert not server.asked


@pytest.mark.parametrize("url", ["song.mp3", "", "http://", "ftp://a.example/a", "http://a:b/"])
def test_what_is_no_address_is_refused(fetch, url):
    with pytest.raises(Refused, match="is no"):
        fetch(url)


def test_a_host_that_is_not_found_is_named(fetch):
    with pytest.raises(Refused, match="nowhere.invalid is not found"):
        fetch("http://nowhere.invalid/a")


def test_a_stopped_collection_leaves_the_part_for_the_next(server, web, partial):
    url = server.put("/a", sound(), ETag='"v1"')
    counted = []

    def stop(number):
        counted.append(number)
        web.stop.set()

    with pytest.raises(Cancelled):
        Downloader(web, stop).fetch(url, partial, "audio")
    assert partial.size == sum(counted) > 0
    assert partial.validator(url) == '"v1"'
