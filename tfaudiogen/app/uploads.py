"""Sounds that users send: checked for size and length before anything is computed."""

from pathlib import Path

import soundfile

from tfaudiogen import files
from tfaudiogen.app.limits import Refused

_BLOCK = 65536


def read_upload(path, sample_rate, limits):
    """Return the sound of an uploaded file, float32 [N].

    Args:
        path: where the upload lies; messages give its last part only.
        sample_rate: Hz of what is returned.
        limits: `Limits`.

    Raises:
        Refused: too large, too long, or not a usable sound; the message says which.
    """
    path = Path(path)
    if not path.is_file():
        raise Refused("the sound is no longer there: give it again.")
    megabytes = path.stat().st_size / 1e6
    if megabytes > limits.megabytes:
        raise Refused(
            f"{path.name} has {megabytes:.1f} MB; at most {limits.megabytes:g} MB are taken: "
            "cut the sound or compress it."
        )
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
