"""Identifies the container of a file and finds its parts."""

from tfaudiogen.data.reading.containers import announced, chunks, flac, mpeg, ogg
from tfaudiogen.data.reading.containers.headers import Bytes, after_id3
from tfaudiogen.data.reading.containers.part import Part


def parts_of(file, suffix=""):
    """Return the list of `Part`s of a file, in order; one for the whole file if it is unknown.

    Args:
        file: binary file.
        suffix: suffix of its name in lower case, since an mp3 file may begin with any bytes.
    """
    content = Bytes(file)
    start = after_id3(content)
    walk = _walk(content.at(start, 4), suffix)
    found = list(walk(content, start)) if walk else []
    return found or [Part([range(content.size)])]


def _walk(magic, suffix):
    if magic in chunks.LAYOUTS:
        return chunks.parts
    if magic in announced.MAGIC:
        return announced.parts
    if magic == flac.MAGIC:
        return flac.parts
    if magic == ogg.MAGIC:
        return ogg.parts
    is_frame = len(magic) == 4 and magic[0] == 0xFF and magic[1] & 0xE0 == 0xE0
    return mpeg.parts if is_frame or suffix == ".mp3" else None
