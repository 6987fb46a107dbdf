"""Exceptions for refused requests, each with its HTTP status."""


class Refused(ValueError):  # noqa: N818 - says what it is
    """A refused request; the message states the reason and what to do."""

    status = 400


class NoToken(Refused):
    """The request has no or a wrong access token."""

    status = 401


class Foreign(Refused):
    """A cross-site request: a page of another server sent it through the user's browser."""

    status = 403


class Unknown(Refused):
    """The model, data set, event or route does not exist."""

    status = 404


class TooSlow(Refused):
    """The body of the request arrives too slowly."""

    status = 408


class TooLarge(Refused):
    """The body of the request is too large."""

    status = 413


class Gone(Refused):
    """The client has disconnected, so nobody reads the response."""

    status = 499


class Busy(Refused):
    """The queue is full, or the quota of uploads is reached."""

    status = 503
