"""Requests that are not carried out, each with its HTTP status."""


class Refused(ValueError):  # noqa: N818 - says what it is
    """A request that is not carried out, with the reason and the cure for the user."""

    status = 400


class NoToken(Refused):
    """Whoever asks has not given the token of this server."""

    status = 401


class Foreign(Refused):
    """A page of another server asks, in the name of whoever looks at it."""

    status = 403


class Unknown(Refused):
    """There is nothing of that name."""

    status = 404


class TooSlow(Refused):
    """The body of the request does not come."""

    status = 408


class TooLarge(Refused):
    """The body of the request is larger than allowed."""

    status = 413


class Gone(Refused):
    """Whoever asked has hung up; nobody reads the answer."""

    status = 499


class Busy(Refused):
    """Too many others wait already, or send files."""

    status = 503
