"""Sounds and pictures that users send: checked for their size before anything is computed."""

from pathlib import Path

import soundfile

from tfaudiogen import files, picture_files
from tfaudiogen.app.limits import Refused

_BLOCK = 65536


def read_upload(path, representation, limits):
    """Return the sound float32 [N] or the picture float32 [H, W, C] of an uploaded file.

    Args:
        path: where the upload lies; messages give its last part only.
        representation: the `Spectrogram` or `Pictures` that it is for.
        limits: `Limits`.

    Raises:
        Refused: too large, too long, or not usable; the message says which.
    """
    path, kind = Path(path), representation.kind
    _check_size(path, "picture" if kind == "pictures" else "sound", limits)
    if kind == "pictures":
        return read_picture(path, representation.image_shape, limits)
    return read_sound(path, representation.sample_rate, limits)


def _check_size(path, what, limits):
    if not path.is_file():
        raise Refused(f"the {what} is no longer there: give it again.")
    megabytes = path.stat().st_size / 1e6
    if megabytes > limits.megabytes:
        raise Refused(
            f"{path.name} has {megabytes:.1f} MB; at most {limits.megabytes:g} MB are taken: "
            f"cut or compress the {what}."
        )


def read_picture(path, image_shape, limits):
    """Return the picture float32 [H, W, C] of a file, fitted to a size; see `read_upload`."""
    try:
        return picture_files.read(path, image_shape, most_pixels=limits.megapixels * 1e6)
    except ValueError as error:
        raise Refused(_without_folder(error, path)) from error


def read_sound(path, sample_rate, limits):
    """Return the sound float32 [N] of a file at a rate in Hz; see `read_upload`."""
    _check_length(path, limits)
    try:
        return files.read_audio(path, sample_rate)
    except ValueError as error:
        raise Refused(_without_folder(error, path)) from error


def _check_length(path, limits):
    """Decode no more than is allowed: what a header says of a file may be wrong."""
    try:
        with soundfile.SoundFile(str(path)) as sound:
            if sound.channels > limits.channels:
                raise Refused(
                    f"{path.name} has {sound.channels} channels; at most {limits.channels} are "
                    "taken: mix it down."
                )
            left = int(limits.seconds * sound.samplerate)
            while read := len(sound.read(_BLOCK, dtype="float32", always_2d=True)):
                left -= read
                if left < 0:
                    raise Refused(
                        f"{path.name} lasts longer than {limits.seconds:g} s, the most that is "
                        "taken: cut it."
                    )
    except (RuntimeError, TypeError) as error:
        text = str(error).split(": ", 1)[-1].rstrip(". ")
        raise Refused(f"{path.name} is not audio that can be read ({text}).") from error


def _without_folder(error, path):
    return str(error).replace(str(path), path.name)
