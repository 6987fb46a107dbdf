"""Makes file names of titles: safe on every system, and unique."""

from collections import Counter

from tfaudiogen.validation.text import collapsed

_MOST_BYTES = 120
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{k}{n}" for k in ("com", "lpt") for n in range(10)}


def unique_stems(texts):
    """Return a file name without extension for each text, in order.

    Characters that some system forbids become "_". Names are at most 120 bytes long. Of equal
    names, ignoring case, the second gets the suffix "_2", and so on, so that the names of a table
    stay the same when rows are appended. An empty text becomes the number of its row.
    """
    counts, taken, stems = Counter(), set(), []
    for number, text in enumerate(texts, 1):
        base = stem = _safe(text) or f"{number:06d}"
        while stem.casefold() in taken:
            counts[base.casefold()] += 1
            stem = f"{base}_{counts[base.casefold()] + 1}"
        taken.add(stem.casefold())
        stems.append(stem)
    return stems


def _safe(text):
    name = collapsed(text).translate(_FORBIDDEN)
    name = name.encode("utf-8", "replace")[:_MOST_BYTES].decode("utf-8", "ignore").strip(" .")
    return f"_{name}" if name.partition(".")[0].casefold() in _RESERVED else name
