"""Reads uploaded files, after checking their size."""

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
# What the pictures begin with that can be read; WebP has its name further on.
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"GIF8")
_RIFF, _WEBP = b"RIFF", b"WEBP"


def read_upload(studio, path, representation):
    """Return what an uploaded file holds.

    Args:
        studio: `Studio`.
        path: where the upload lies; messages give its last part only.
        representation: the `Spectrogram`, `Pictures` or `Vectors` that it is for.

    Returns:
        The sound float32 [N], the picture float32 [H, W, C], or the vector float32 [E] of a `.npy`
        file.

    Raises:
        Refused: not an upload, too large, too long, or not usable; the message says which.
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
    """Return "pictures" of a file that is named or begins as one, else `other`."""
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
    """Return the picture float32 [H, W, C] of a file, fitted to a size; see `read_upload`."""
    with _refusing(path):
        return image_files.read(path, image_shape, most_pixels=limits.megapixels * 1e6)


def read_sound(path, sample_rate, limits):
    """Return the sound float32 [N] of a file at a rate in Hz; see `read_upload`."""
    _check_length(path, limits)
    with _refusing(path):
        return audio_files.read_audio(path, sample_rate, whole=True)


def _check_length(path, limits):
    """Decode no more than is allowed: what a header says of a file may be wrong."""
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
    """Say what is wrong with a file without saying where it lies."""
    try:
        yield
    except ValueError as error:
        raise Refused(str(error).replace(str(path), path.name)) from error
