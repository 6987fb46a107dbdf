"""Exceptions for source files that cannot be read or used."""

_NAMED = 10


class NothingUsable(ValueError):  # noqa: N818 - reads as a sentence
    """No file, or too few, gave audio that can be used; `skipped` names each with its reason."""

    def __init__(self, message, skipped=()):
        super().__init__(message)
        self.skipped = list(skipped)


class Unusable(ValueError):  # noqa: N818 - reads as a sentence
    """One file gives no usable audio. The message is the reason, without the file's name."""


class Unreadable(Unusable):
    """The file could not be read this time; its bytes did not decide that, another try may do."""


class Withheld(Unreadable):
    """The system does not give the file to this user, and would hardly do so at another try."""


class ReadError(OSError):
    """Files or folders could not be read, and trying again did not help.

    Args:
        reasons: {name: reason}.
        advice: a sentence for the end of the message.
    """

    def __init__(self, reasons, advice=""):
        self.reasons = dict(reasons)
        named = [f"{name} ({reason})" for name, reason in list(self.reasons.items())[:_NAMED]]
        more = len(self.reasons) - len(named)
        message = f"{len(self.reasons)} could not be read: {', '.join(named)}" + (
            f" and {more} more" if more else ""
        )
        super().__init__(f"{message}. {advice}".rstrip())
