"""Exceptions for input files that cannot be read or used."""

_NAMED = 10


class NothingUsable(ValueError):  # noqa: N818 - reads as a sentence
    """Raised if no file, or too few, have usable audio; `skipped` lists files with reasons."""

    def __init__(self, message, skipped=()):
        super().__init__(message)
        self.skipped = list(skipped)


class Unusable(ValueError):  # noqa: N818 - reads as a sentence
    """Raised if a file has no usable content. The message is the reason, without the file name."""


class Unreadable(Unusable):
    """Raised if reading a file failed for reasons other than its content; a retry may succeed."""


class Withheld(Unreadable):
    """Raised if the system denies access to a file; a retry will hardly succeed."""


class ReadError(OSError):
    """Raised if files or folders could not be read, even after retries.

    Args:
        reasons: {name: reason}.
        advice: a sentence appended to the message.
    """

    def __init__(self, reasons, advice=""):
        self.reasons = dict(reasons)
        named = [f"{name} ({reason})" for name, reason in list(self.reasons.items())[:_NAMED]]
        more = len(self.reasons) - len(named)
        message = f"{len(self.reasons)} could not be read: {', '.join(named)}" + (
            f" and {more} more" if more else ""
        )
        super().__init__(f"{message}. {advice}".rstrip())
