"""The table of routes and the bodies they accept; all others return 404.

The table has the routes that the page uses in a browser, and the HTTP interface. Other routes of
the frameworks, now or in a later version, are not reachable.
"""

import re
from dataclasses import dataclass

from tfaudiogen.app.refusals import Unknown

# Kinds of bodies, and the maximum bytes of each as a function of `Limits`.
NOTHING, OPTIONS, EVENT, FILE, FILES = "nothing", "options", "event", "file", "files"
_MOST = {
    NOTHING: lambda limits: 0,
    OPTIONS: lambda limits: 65_536,
    EVENT: lambda limits: 262_144,
    FILE: lambda limits: limits.bytes,
    FILES: lambda limits: limits.files * (limits.bytes + 4096),
}
_NAME, _REST, _SESSION = r"[^/]+", r".+", r"[A-Za-z0-9_-]{1,64}"


@dataclass(frozen=True)
class Route:
    """An allowed route.

    Attributes:
        method: "GET" (which includes "HEAD") or "POST".
        address: regular expression of the full path.
        body: kind of the body, a key of `_MOST`.
        is_stream: whether the page receives the results of its events there.
    """

    method: str
    address: str
    body: str = NOTHING
    is_stream: bool = False

    @property
    def is_small(self):
        """Whether the whole body is read before the request is forwarded."""
        return self.body in (OPTIONS, EVENT)

    @property
    def is_event(self):
        """Whether the body is an event of the page, which may name files."""
        return self.body == EVENT

    def most(self, limits):
        """Return the maximum bytes of the body."""
        return _MOST[self.body](limits)

    def fits(self, method, path):
        """Return whether the route matches a request."""
        known = ("GET", "HEAD") if self.method == "GET" else (self.method,)
        return method in known and re.fullmatch(self.address, path) is not None


_ASKED_OF_MODELS = {
    "sample": OPTIONS,
    "(reconstruct|log_prob|tag|embed|paint|compose)": FILE,
}
ROUTES = (
    Route("GET", "/api/models"),
    Route("GET", rf"/api/models/{_NAME}/(card|curve\.png)"),
    *(Route("POST", f"/api/models/{_NAME}/{name}", b) for name, b in _ASKED_OF_MODELS.items()),
    Route("GET", r"/openapi\.json"),
    Route("GET", f"/(kept|temporary)/{_REST}"),
    Route("GET", "/"),
    Route("GET", f"/(assets|static|svelte)/{_REST}"),
    Route("GET", r"/(config|theme\.css|favicon\.ico|manifest\.json)"),
    Route("GET", r"/gradio_api/(info|startup-events|app_id|theme\.css)"),
    Route("GET", f"/gradio_api/heartbeat/{_SESSION}"),
    Route("POST", "/gradio_api/queue/join", EVENT),
    Route("GET", "/gradio_api/queue/data", is_stream=True),
    Route("POST", "/gradio_api/(cancel|reset)", OPTIONS),
    Route("POST", "/gradio_api/upload", FILES),
    Route("GET", f"/gradio_api/file={_REST}"),
)


def find(method, path):
    """Return the `Route` of a request.

    Raises:
        Unknown: no route matches.
    """
    found = next((route for route in ROUTES if route.fits(method, path)), None)
    if found is None:
        raise Unknown("there is nothing at this address, or not for this method.")
    return found
