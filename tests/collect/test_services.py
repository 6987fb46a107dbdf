"""Services, on a server that answers as their documentation says."""

import json

import pytest
from click.testing import CliRunner
from collect_server import picture, sound

from tfaudiogen.cli import main
from tfaudiogen.collect.errors import Refused
from tfaudiogen.collect.freesound import Freesound
from tfaudiogen.collect.jamendo import Jamendo
from tfaudiogen.collect.openverse import Openverse
from tfaudiogen.collect.service import search

pytest.importorskip("httpx", reason="collecting needs httpx")


def track(number, url="http://a.example", **changed):
    tags = {"genres": ["pop"], "instruments": ["piano"], "vartags": ["calm"]}
    return {
        "id": str(number),
        "name": f"Song {number}",
        "artist_name": "Anna",
        "audiodownload": url + "/audio",
        "audiodownload_allowed": True,
        "album_image": url + "/cover",
        "license_ccurl": "http://creativecommons.org/licenses/by/3.0/",
        "shareurl": "https://www.jamendo.com/track/1",
        "musicinfo": {"tags": tags},
        **changed,
    }


def serve(server, *pages):
    """Answer by these pages in turn; return the address and the list of queries."""
    queries = []

    def answer(values):
        def function(handler):
            queries.append(handler.path)
            handler.send(json.dumps(values).encode(), "application/json")

        return function

    return server.answer("/api/", *map(answer, pages)), queries


def test_jamendo_gives_pages_of_tracks_that_may_be_downloaded(server, limits):
    success = {"headers": {"status": "success"}}
    full = [track(n, audiodownload_allowed=n > 0) for n in range(200)]
    base, queries = serve(server, success | {"results": full}, success | {"results": [track(200)]})
    items = search(Jamendo("me", "sun", ["a", "b"], base), 500, limits())
    assert len(items) == 200
    assert (items[0].name, items[0].caption) == ("Anna - Song 1", "pop, piano, calm")
    assert items[0].licence.endswith("/by/3.0/")
    assert "client_id=me" in queries[0]
    assert "search=sun&tags=a+b" in queries[0]
    assert "offset=200" in queries[1]


def test_jamendo_says_why_it_refuses(server, limits):
    failed = {"headers": {"status": "failed", "error_message": "bad client"}, "results": []}
    with pytest.raises(Refused, match="bad client"):
        search(Jamendo("me", base=serve(server, failed)[0]), 5, limits())


def test_freesound_gives_previews_and_sends_the_key_as_a_header(server, limits):
    one = {"name": "Rain", "username": "bo", "tags": ["wet"], "license": "CC0", "url": "u"}
    one["previews"] = {"preview-hq-ogg": "http://a.example/p.ogg"}
    base, queries = serve(server, {"next": "more", "results": [one]}, {"results": [one, one]})
    items = search(Freesound("secret", "rain", ["wet"], base), 2, limits())
    assert len(items) == 2
    assert (items[0].name, items[0].audio, items[0].image) == (
        "bo - Rain",
        "http://a.example/p.ogg",
        None,
    )
    assert server.asked["/api/"][0]["Authorization"] == "Token secret"
    assert "page=2" in queries[1]
    assert "secret" not in "".join(queries)


@pytest.mark.parametrize("kind", ["image", "audio"])
def test_openverse_gives_pictures_and_sounds(server, limits, kind):
    one = {"title": "Sea", "creator": "cy", "url": "http://a.example/f", "license": "by"}
    one |= {
        "license_url": "http://cc/by",
        "foreign_landing_url": "page",
        "tags": [{"name": "blue"}],
    }
    path = {"image": "/v1/images/", "audio": "/v1/audio/"}[kind]
    answer = {"page": 1, "page_count": 1, "results": [one]}
    server.put(path, json.dumps(answer).encode(), "application/json")
    (item,) = search(Openverse("", "sea", kind, server.url + "/v1/"), 9, limits())
    assert getattr(item, kind) == "http://a.example/f"
    assert (item.name, item.licence, item.source, item.caption) == (
        "cy - Sea",
        "http://cc/by",
        "page",
        "blue",
    )
    assert "Authorization" not in server.asked[path][0]


@pytest.mark.parametrize("text", [b"[]", b"{}", b"no json", b'{"results": [{}]}'])
def test_another_answer_is_refused(server, limits, text):
    server.put("/api/", text, "application/json")
    with pytest.raises(Refused, match="unknown form"):
        search(Freesound("k", base=server.url + "/api/"), 1, limits())


@pytest.mark.parametrize(("status", "times"), [(401, 1), (503, 4)])
def test_a_service_that_refuses_or_fails_is_named(server, limits, status, times):
    base = server.answer("/api/", lambda handler: handler.send_error(status))
    with pytest.raises(Refused, match=f"/api/: the server answers {status}"):
        search(Freesound("k", base=base), 1, limits())
    assert len(server.asked["/api/"]) == times


def test_the_command_collects_what_the_service_finds(server, tmp_path, monkeypatch):
    server.put("/audio", sound(), "audio/wav")
    server.put("/cover", picture(), "image/png")
    page = {"headers": {"status": "success"}, "results": [track(1, server.url)]}
    words = ["--base-url", serve(server, page)[0], "--out", str(tmp_path / "out")]
    monkeypatch.setenv("JAMENDO_CLIENT_ID", "me")
    result = CliRunner().invoke(main, ["collect", "jamendo", "--per-second", "1000", *words])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out/audio/Anna - Song 1.wav").is_file()
    assert "/by/3.0/" in (tmp_path / "out/pairs.csv").read_text()
