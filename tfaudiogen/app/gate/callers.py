"""Access control: loopback or token, and no cross-site requests."""

import ipaddress
import re
import secrets
import urllib.parse

from tfaudiogen.app.refusals import Foreign, NoToken, Refused

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,256}")
# Browsers send "none" for addresses that were typed or bookmarked.
_OWN_SITES = {"same-origin", "none"}


def new_token():
    """Return a random token."""
    return secrets.token_urlsafe(24)


def check(host, token):
    """Raise ValueError unless the token is valid, or is None and the host is loopback."""
    if token is not None and not _TOKEN.fullmatch(token):
        raise ValueError(
            "--token must have 16 to 256 letters, digits, - or _: write the option alone, and one "
            f"is made; received {len(token)} characters."
        )
    if token is None and not is_loopback(host):
        raise ValueError(
            f"--host {host} lets other machines in, and whoever gets in may train models on this "
            "one: give --token too, or leave --host out."
        )


def is_loopback(host):
    """Return whether a host is reachable from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Callers:
    """Decides by path and headers whether a client may access the server.

    Args:
        host: the address that the server listens on.
        token: access token that each request must carry; None for none, on loopback only.
    """

    def __init__(self, host="127.0.0.1", token=None):
        check(host, token)
        self._token = token
        # Without a token, other host names are rejected against DNS rebinding.
        self._names = None if token else {*_LOOPBACK, host}

    def check(self, scope):
        """Raise Refused, Foreign or NoToken unless the client may access the server."""
        headers = {key: value.decode("latin-1") for key, value in scope["headers"]}
        host = headers.get(b"host", "")
        if self._names and _name(host) not in self._names:
            raise Refused("this server answers to the names of this machine alone.")
        if _is_foreign(scope, headers, host):
            raise Foreign("a page of another server asked; only this server's own page may.")
        if self._token and not self._has_token(scope, headers):
            raise NoToken(
                "this server wants its token: open the address that it showed when it was started, "
                "or send the header Authorization: Bearer TOKEN."
            )

    def new_cookie(self, scope):
        """Return a cookie if the page is requested with the token in its URL, else None."""
        if self._token is None or not self._is_ours(_asked_token(scope)):
            return None
        return f"{_cookie_name(scope)}={self._token}; Path=/; HttpOnly; SameSite=Strict"

    def _has_token(self, scope, headers):
        kind, _, bearer = headers.get(b"authorization", "").partition(" ")
        tokens = [_asked_token(scope), bearer if kind.lower() == "bearer" else None]
        return any(map(self._is_ours, [*tokens, _cookie(headers, _cookie_name(scope))]))

    def _is_ours(self, token):
        return token is not None and secrets.compare_digest(token.encode(), self._token.encode())


def _is_foreign(scope, headers, host):
    """Return whether a page of another site caused the browser's request."""
    origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site", "none")
    if origin is not None and origin.lower().partition("://")[2] != host.lower():
        return True
    # Following a link from another site to the page is allowed.
    follows = scope["method"] == "GET" and headers.get(b"sec-fetch-mode") == "navigate"
    return site.lower() not in _OWN_SITES and not follows


def _name(host):
    try:
        return urllib.parse.urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _asked_token(scope):
    """Return the token in the query of the page's URL; None for other requests."""
    if scope["path"] != "/" or scope["method"] != "GET":
        return None
    query = urllib.parse.parse_qs(scope["query_string"].decode("latin-1"))
    return query.get("token", [None])[0]


def _cookie_name(scope):
    # Cookies are shared by all ports of a host, so the name has the port.
    return f"tfaudiogen-{(scope.get('server') or (None, 0))[1]}"


def _cookie(headers, name):
    # `http.cookies` would stop at the first malformed cookie of another server.
    pairs = (one.strip().partition("=") for one in headers.get(b"cookie", "").split(";"))
    return next((value for key, _, value in pairs if key == name), None)
