"""Text that users give, in one form each, so that what looks the same is the same."""

import unicodedata


def collapsed(text):
    """Return text in one Unicode form (NFC), on one line, without needless white space.

    White space and control characters are one space wherever they stand, and none at the ends.

    Example: `collapsed(" slow\\n and  gloomy")` is `"slow and gloomy"`.
    """
    plain = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)
    return unicodedata.normalize("NFC", " ".join(plain.split()))


def composed(text):
    """Return text in one Unicode form (NFC), in which equal letters are equal bytes."""
    return unicodedata.normalize("NFC", text)
