"""Reads uploaded files after checking their size."""

import contextlib
from pathlib import Path

from tfaudiogen.app.refusals import Refused
from tfaudiogen.data.reading.decoding import sounds_of
from tfaudiogen.data.sources.files import PICTURE_SUFFIXES
from tfaudiogen.disk.errors import Unusable
from tfaudiogen.disk.opening import open_regular
from tfaudiogen.io import audio_files, image_files
from tfaudiogen.io.vector_files import read_vector

_WORDS = {"pictures": "picture", "sounds": "sound", "vectors": "embedding"}
# First bytes of readable image files; the signature of WebP is RIFF....WEBP.
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"GIF8")
_RIFF, _WEBP = b"RIFF", b"WEBP"


def read_upload(studio, path, representation):
    """Return the content of an uploaded file.

    Args:
        studio: `Studio`.
        path: path of the upload; messages show its file name only.
        representation: the target `Spectrogram`, `Pictures` or `Vectors`.

    Returns:
        The sound, float32 [N]; the image, float32 [H, W, C]; or the vector of a `.npy` file,
        float32 [E].

    Raises:
        Refused: the file is not an upload, too large, too long, or unusable; the message says
            which.
    """
    path, kind, limits = studio.uploads.path_of(path), representation.kind, studio.limits
    _check_size(path, _WORDS[kind], limits)
    if kind == "pictures":
        return read_picture(path, representation.image_shape, limits)
    if kind == "vectors":
        with _refusing(path):
            return read_vector(path, representation.size)
    return read_sound(path, representation.sample_rate, limits)


def kind_of(path, other):
    """Return "pictures" if a file is an image by suffix or first bytes, else `other`."""
    path = Path(path)
    with _refusing(path), open_regular(path) as file:
        begin = file.read(12)
    webp = begin.startswith(_RIFF) and begin.endswith(_WEBP)
    named = path.suffix.lower() in PICTURE_SUFFIXES
    return "pictures" if named or webp or begin.startswith(_PICTURES) else other


def _check_size(path, what, limits):
    megabytes = path.stat().st_size / 1e6
    if megabytes > limits.megabytes:
        raise Refused(
            f"{path.name} has {megabytes:.1f} MB; at most {limits.megabytes:g} MB are taken: "
            f"cut or compress the {what}."
        )


def read_picture(path, image_shape, limits):
    """Return the image of a file, float32 [H, W, C], resized and cropped; see `read_upload`."""
    with _refusing(path):
        return image_files.read(path, image_shape, most_pixels=limits.megapixels * 1e6)


def read_sound(path, sample_rate, limits):
    """Return the sound of a file, float32 [N], resampled to a rate in Hz; see `read_upload`."""
    _check_length(path, limits)
    with _refusing(path):
        return audio_files.read_audio(path, sample_rate, whole=True)


def _check_length(path, limits):
    """Check the length by decoding up to the limit, since the header of a file may be wrong."""
    left = limits.seconds
    try:
        with sounds_of(path) as sounds:
            for sound in sounds:
                _check_channels(path, sound.channels, limits)
                for _ in sound.blocks():
                    if sound.decoded > left * sound.sample_rate:
                        raise Refused(
                            f"{path.name} lasts longer than {limits.seconds:g} s, the most that is "
                            "taken: cut it."
                        )
                left -= sound.decoded / sound.sample_rate
    except Unusable as error:
        raise Refused(f"{path.name}: {error}.") from error


def _check_channels(path, channels, limits):
    if channels > limits.channels:
        raise Refused(
            f"{path.name} has {channels} channels; at most {limits.channels} are taken: mix it "
            "down."
        )


@contextlib.contextmanager
def _refusing(path):
    """Context that raises `Refused` without the folder of the file in the message."""
    try:
        yield
    except ValueError as error:
        raise Refused(str(error).replace(str(path), path.name)) from error
