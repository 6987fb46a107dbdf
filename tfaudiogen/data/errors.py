"""What can be wrong with sound that is read."""


class NothingUsable(ValueError):  # noqa: N818 - reads as a sentence
    """No file, or too few, gave audio that can be used; `skipped` names each with its reason."""

    def __init__(self, message, skipped=()):
        super().__init__(message)
        self.skipped = list(skipped)


class Unusable(ValueError):  # noqa: N818 - reads as a sentence
    """One file gives no usable audio. The message is the reason, without the file's name."""


class Unreadable(Unusable):
    """The file could not be read this time; its bytes did not decide that, another try may do."""
