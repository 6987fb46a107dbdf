"""Why a file was not collected."""

from tfaudiogen.disk.errors import Unusable


class Refused(Unusable):
    """Raised if a file is not collected and further attempts in this run are useless."""


class Temporary(Exception):  # noqa: N818 - reads as a sentence
    """Raised if an attempt failed and another one may succeed; the message is the reason.

    Attributes:
        wait: seconds that the server asks to wait; None if it does not.
    """

    def __init__(self, reason, wait=None):
        super().__init__(reason)
        self.wait = wait


class Cancelled(Exception):  # noqa: N818 - says what it is
    """Raised in a worker when the collection is being stopped."""
