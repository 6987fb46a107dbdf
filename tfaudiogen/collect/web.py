"""A polite HTTP client: user agent, pace, robots.txt, and redirects that are checked again."""

import contextlib
import email.utils
import threading
import time
from http import HTTPStatus

import httpx

from tfaudiogen import __version__
from tfaudiogen.collect.connections import BROKEN, PublicTransport
from tfaudiogen.collect.errors import Refused, Temporary
from tfaudiogen.collect.pace import Pace
from tfaudiogen.collect.robots import Robots

NAME = "tfaudiogen"
_MOST_REDIRECTS = 5
_MOST_TEXT = 2**24
_AGAIN = {408, 425, 429}


class Web:
    """Sends GET requests. Can be used by several threads.

    Args:
        limits: `Limits`.
        contact: address or page of the person who collects, added to the user agent.
    """

    def __init__(self, limits, contact=""):
        self.limits, self.stop = limits, threading.Event()
        agent = f"{NAME}/{__version__} (collect{'; ' if contact else ''}{contact})"
        self._client = httpx.Client(
            transport=PublicTransport(2 * limits.workers),
            timeout=limits.timeout,
            headers={"User-Agent": agent, "Accept-Encoding": "identity"},
            trust_env=False,
        )
        self.pace = Pace(limits.per_second, self.stop)
        self._robots = Robots(self._rules, NAME, self.pace.slow_down)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.stop.set()
        self._client.close()

    @contextlib.contextmanager
    def get(self, url, headers=None, robots=True):
        """Context with the response of an address, after redirects; its body is not read yet.

        Args:
            url: http or https address.
            headers: further headers; those of a key are not sent to another host.
            robots: whether to obey robots.txt.

        Raises:
            Refused: the address or a redirect is no http(s) address or forbidden, or the server
                refuses it for good.
            Temporary: the connection broke, or the server asks to come back later.
        """
        try:
            with self._followed(_parsed(url), dict(headers or {}), robots) as response:
                self._check_status(response)
                yield response
        except BROKEN as error:
            raise Temporary(_in_words(error)) from error

    def text(self, url, headers=None, robots=True):
        """Return the body of an address as text of at most 16 MiB."""
        with self.get(url, headers, robots) as response:
            body = bytearray()
            for block in response.iter_raw():
                body += block
                if len(body) > _MOST_TEXT:
                    raise Refused(f"sends more than {_MOST_TEXT} bytes of text")
            return body.decode("utf-8", "replace")

    @contextlib.contextmanager
    def _followed(self, url, headers, robots):
        for _ in range(_MOST_REDIRECTS + 1):
            if robots:
                self._robots.check(url)
            self.pace.wait(url.host)
            request = self._client.build_request("GET", url, headers=headers)
            response = self._client.send(request, stream=True)
            with contextlib.closing(response):
                if not response.has_redirect_location:
                    yield response
                    return
                target = _parsed(url, response.headers["Location"])
            if target.host != url.host:
                headers.pop("Authorization", None)
            url = target
        raise Refused(f"is redirected more than {_MOST_REDIRECTS} times")

    def _check_status(self, response):
        status = response.status_code
        if status < 400 or status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        reason = f"the server answers {status} {response.reason_phrase}".strip()
        if status not in _AGAIN and status < 500:
            raise Refused(reason)
        wait = _retry_after(response.headers.get("Retry-After", ""))
        if wait is not None:
            self.pace.hold(response.url.host, min(wait, self.limits.longest_wait))
        raise Temporary(reason, wait)

    def _rules(self, url):
        """Return the text of a robots.txt; "" if the server has none."""
        try:
            return self.text(url, robots=False)
        except Refused:  # such as 404
            return ""


def _parsed(url, target=None):
    try:
        found = httpx.URL(url) if target is None else url.join(target)
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise Refused(f"is no valid address ({error})") from error
    if found.scheme not in ("http", "https") or not found.host:
        raise Refused(f"is no http or https address (scheme {found.scheme or 'missing'})")
    return found


def _retry_after(text):
    """Return the seconds of a Retry-After header (seconds or a date); None if it holds neither."""
    if text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _in_words(error):
    kind = {"ConnectTimeout": "no connection", "ReadTimeout": "no answer"}.get(type(error).__name__)
    return f"{kind} within the time limit" if kind else f"the connection broke ({error})"
