"""Pace and robots.txt."""

import pytest
from collect_server import sound

from tfaudiogen.collect.download import Downloader
from tfaudiogen.collect.errors import Cancelled, Refused
from tfaudiogen.collect.limits import Limits
from tfaudiogen.collect.pace import Pace
from tfaudiogen.collect.partial import Partial

pytest.importorskip("httpx", reason="collecting needs httpx")
from tfaudiogen.collect.web import Web  # noqa: E402


class Stop:
    """Stands for the event that a waiting thread waits for: notes how long, and does not wait."""

    def __init__(self, is_set=False):
        self.waited, self.is_set = [], is_set

    def wait(self, seconds):
        self.waited.append(seconds)
        return self.is_set


def test_requests_to_one_host_are_kept_apart_and_hosts_do_not_delay_each_other():
    stop = Stop()
    pace = Pace(0.01, stop)
    for host in ("a", "a", "a", "b"):
        pace.wait(host)
    assert stop.waited == pytest.approx([0, 100, 200, 0], abs=20)


def test_a_host_can_be_slowed_down_and_held():
    stop = Stop()
    pace = Pace(0.01, stop)
    pace.slow_down("a", 1000)
    pace.slow_down("b", 1)
    pace.hold("c", 5000)
    for host in ("a", "a", "b", "b", "c"):
        pace.wait(host)
    assert stop.waited == pytest.approx([0, 1000, 0, 100, 5000], abs=20)


def test_waiting_ends_with_the_collection():
    with pytest.raises(Cancelled):
        Pace(1.0, Stop(is_set=True)).wait("a")


RULES = b"User-agent: *\nDisallow: /private/\nCrawl-delay: 0.01\n\nUser-agent: other\nDisallow: /\n"


def test_robots_are_obeyed_and_read_once(server, web, tmp_path):
    server.put("/robots.txt", RULES, "text/plain")
    for path in ("/private/a", "/b", "/c"):
        server.put(path, sound())
    loader = Downloader(web)
    with pytest.raises(Refused, match=r"robots.txt of 127.0.0.1 forbids"):
        loader.fetch(server.url + "/private/a", Partial(tmp_path, "a"), "audio")
    for name in "bc":
        loader.fetch(f"{server.url}/{name}", Partial(tmp_path, name), "audio")
    assert len(server.asked["/robots.txt"]) == 1
    assert not server.asked["/private/a"]
    loader.fetch(server.url + "/private/a", Partial(tmp_path, "a"), "audio", robots=False)
    assert len(server.asked["/private/a"]) == 1


def test_robots_are_obeyed_after_a_redirect(server, web, tmp_path):
    server.put("/robots.txt", RULES, "text/plain")
    url = server.answer("/a", lambda handler: handler.redirect("/private/a"))
    with pytest.raises(Refused, match="forbids"):
        Downloader(web).fetch(url, Partial(tmp_path, "a"), "audio")
    assert not server.asked["/private/a"]


def test_rules_that_cannot_be_read_forbid(server, limits, tmp_path):
    server.answer("/robots.txt", lambda handler: handler.send_error(500))
    url = server.put("/a", sound())
    with Web(limits(attempts=2)) as client, pytest.raises(Refused, match="500"):
        Downloader(client).fetch(url, Partial(tmp_path, "a"), "audio")
    assert not server.asked["/a"]


@pytest.mark.parametrize("name", ["most_bytes", "seconds", "per_second", "workers"])
@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_limits_are_above_zero(name, value):
    with pytest.raises(ValueError, match=f"{name} must be above 0"):
        Limits(**{name: value})
