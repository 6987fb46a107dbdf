"""Access control: loopback or a token, and no foreign origins."""

import ipaddress
import re
import secrets
import urllib.parse

from tfaudiogen.app.refusals import Foreign, NoToken, Refused

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,256}")
# A browser says "none" of what its user types or has bookmarked.
_OWN_SITES = {"same-origin", "none"}


def new_token():
    """Return a token that cannot be guessed."""
    return secrets.token_urlsafe(24)


def check(host, token):
    """Raise ValueError unless a server may listen on a host with a token, or None for none."""
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
    """Return whether only this machine reaches a host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Callers:
    """Decides by address and headers whether a request is looked at.

    Args:
        host: the address that the server listens on.
        token: what must be given with each request; None where it listens on loopback alone.
    """

    def __init__(self, host="127.0.0.1", token=None):
        check(host, token)
        self._token = token
        # A name elsewhere that is made to lead to this machine has no token.
        self._names = None if token else {*_LOOPBACK, host}

    def check(self, scope):
        """Raise Refused, Foreign or NoToken unless a request may be looked at."""
        headers = {key: value.decode("latin-1") for key, value in scope["headers"]}
        host = headers.get(b"host", "")
        if self._names and _name(host) not in self._names:
            raise Refused("this server answers to the names of this machine alone.")
        if _is_foreign(scope, headers, host):
            raise Foreign("a page of another server asked; only this server's own page may.")
        if self._token and not self._has_token(scope, headers):
            raise NoToken(
                "this server wants its token: open the address that it told when it was started, "
                "or send the header Authorization: Bearer TOKEN."
            )

    def new_cookie(self, scope):
        """Return the cookie for who brings the token in the page's address, else None."""
        if self._token is None or not self._is_ours(_asked_token(scope)):
            return None
        return f"{_cookie_name(scope)}={self._token}; Path=/; HttpOnly; SameSite=Strict"

    def _has_token(self, scope, headers):
        kind, _, bearer = headers.get(b"authorization", "").partition(" ")
        given = [_asked_token(scope), bearer if kind.lower() == "bearer" else None]
        return any(map(self._is_ours, [*given, _cookie(headers, _cookie_name(scope))]))

    def _is_ours(self, token):
        return token is not None and secrets.compare_digest(token.encode(), self._token.encode())


def _is_foreign(scope, headers, host):
    """Return whether a page of another server makes the browser ask."""
    origin, site = headers.get(b"origin"), headers.get(b"sec-fetch-site", "none")
    if origin is not None and origin.lower().partition("://")[2] != host.lower():
        return True
    # Who follows a link from elsewhere to the page is let in.
    follows = scope["method"] == "GET" and headers.get(b"sec-fetch-mode") == "navigate"
    return site.lower() not in _OWN_SITES and not follows


def _name(host):
    try:
        return urllib.parse.urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _asked_token(scope):
    """Return the token of the page's address, which is asked for once; None elsewhere."""
    if scope["path"] != "/" or scope["method"] != "GET":
        return None
    query = urllib.parse.parse_qs(scope["query_string"].decode("latin-1"))
    return query.get("token", [None])[0]


def _cookie_name(scope):
    # Servers on other ports of this machine get the same cookies.
    return f"tfaudiogen-{(scope.get('server') or (None, 0))[1]}"


def _cookie(headers, name):
    # Not by `http.cookies`, which gives up at the first odd cookie of another server.
    pairs = (one.strip().partition("=") for one in headers.get(b"cookie", "").split(";"))
    return next((value for key, _, value in pairs if key == name), None)
