"""Asks the robots.txt of each server whether an address may be fetched."""

import threading
import urllib.robotparser
from collections import defaultdict

from tfaudiogen.collect.errors import Refused

_SLOWEST = 60.0  # seconds


class Robots:
    """The rules of servers, each read once.

    Args:
        read: function of the address of a robots.txt; returns its text, or "" if there is none.
        name: product name of the user agent, by which rules address it.
        slow_down: function of a host and the seconds of its Crawl-delay.
    """

    def __init__(self, read, name, slow_down):
        self._read, self._name, self._slow_down = read, name, slow_down
        self._rules, self._locks, self._lock = {}, defaultdict(threading.Lock), threading.Lock()

    def check(self, url):
        """Raise `Refused` if the server's rules forbid an `httpx.URL`.

        Raises:
            Temporary: the rules cannot be read at the moment; raised by the function `read`.
        """
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        with self._lock:
            lock = self._locks[origin]
        with lock:
            if origin not in self._rules:
                self._rules[origin] = self._load(origin, url.host)
        if not self._rules[origin].can_fetch(self._name, str(url)):
            raise Refused(f"robots.txt of {url.host} forbids this address")

    def _load(self, origin, host):
        rules = urllib.robotparser.RobotFileParser()
        rules.parse(self._read(f"{origin}/robots.txt").splitlines())
        delay = rules.crawl_delay(self._name)
        if delay:
            self._slow_down(host, min(float(delay), _SLOWEST))
        return rules
