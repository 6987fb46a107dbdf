"""Checks what was downloaded: its declared type, and whether it opens as sound or picture."""

import soundfile
from PIL import Image

from tfaudiogen.collect.errors import Refused
from tfaudiogen.data.reading.decoding import sounds_of
from tfaudiogen.data.reading.image import FORMATS, read_picture
from tfaudiogen.disk.errors import Unusable
from tfaudiogen.disk.opening import open_regular

KINDS = ("audio", "image")
WORDS = {"audio": "sound", "image": "picture"}
_SUFFIXES = {"WAV": ".wav", "WAVEX": ".wav", "FLAC": ".flac", "OGG": ".ogg", "MP3": ".mp3"} | {
    "MPEG": ".mp3",
    "AIFF": ".aiff",
    "AU": ".au",
    "CAF": ".caf",
    "W64": ".w64",
    "RF64": ".rf64",
}
_PICTURE_SUFFIXES = {name: f".{name.lower()}" for name in FORMATS} | {"JPEG": ".jpg"}
# What servers say of files that they do not know.
_UNKNOWN = {"", "application/octet-stream", "binary/octet-stream", "application/force-download"}
_OF_SOUNDS = {"application/ogg", "video/ogg"}


def check_type(content_type, kind):
    """Raise `Refused` if a Content-Type header names another kind of file.

    Args:
        content_type: value of the header; "" if there is none.
        kind: "audio" or "image".
    """
    found = content_type.partition(";")[0].strip().lower()
    known = found in _UNKNOWN or (kind == "audio" and found in _OF_SOUNDS)
    if not known and not found.startswith(f"{kind}/"):
        raise Refused(f"the server says that it is {found}, which is no {WORDS[kind]}")


def suffix_of(path, kind):
    """Return the file extension that fits the contents of a file, after opening it.

    Args:
        path: the file; its own extension is ignored.
        kind: "audio" or "image".

    Raises:
        Unusable: the file does not open as a sound or picture; the message is the reason.
    """
    return _sound_suffix(path) if kind == "audio" else _picture_suffix(path)


def _sound_suffix(path):
    with sounds_of(path) as sounds:
        for _ in next(sounds).blocks():
            break
    with open_regular(path) as file, soundfile.SoundFile(file) as sound:
        kind = sound.format
    if kind not in _SUFFIXES:
        raise Unusable(f"is a sound of the format {kind}, which is not collected")
    return _SUFFIXES[kind]


def _picture_suffix(path):
    read_picture(path, (1, 1, 3))  # decodes all of it
    with open_regular(path) as file, Image.open(file, formats=FORMATS) as picture:
        return _PICTURE_SUFFIXES[picture.format]
