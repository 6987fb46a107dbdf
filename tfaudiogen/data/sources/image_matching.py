"""Matches images to audio files by the stem of the file name."""

import functools
from collections import Counter
from pathlib import PurePosixPath

from tfaudiogen.data.report import Skipped
from tfaudiogen.disk.errors import Unusable
from tfaudiogen.disk.opening import open_regular
from tfaudiogen.disk.tries import patiently

_SIGNATURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")


def match_pictures(audio, pictures):
    """Return {name of the audio file: path of its image} and the list of skipped images.

    An image belongs to the audio file with the same relative path except for the extension, or
    else to the one with the same stem if no other audio file or image has that stem.
    """
    by_path = {_without_suffix(file.name): file for file in reversed(pictures)}
    by_stem = {PurePosixPath(path).name: file for path, file in by_path.items()}
    picture_stems = Counter(PurePosixPath(path).name for path in by_path)
    audio_stems = Counter(PurePosixPath(_without_suffix(file.name)).name for file in audio)
    matched = {}
    for file in audio:
        path = _without_suffix(file.name)
        stem = PurePosixPath(path).name
        unique = picture_stems[stem] == 1 and audio_stems[stem] == 1
        picture = by_path.get(path) or (by_stem[stem] if unique else None)
        if picture:
            matched[file.name] = picture.path
    used = set(matched.values())
    problems = {file: _problem(file.path, used) for file in pictures}
    skipped = [Skipped(file.name, problem) for file, problem in problems.items() if problem]
    bad = {file.path for file, problem in problems.items() if problem}
    return {name: path for name, path in matched.items() if path not in bad}, skipped


def _problem(path, used):
    """Return the reason why the image at `path` cannot be used, or None."""
    if path not in used:
        return "a picture without sound: no audio file has its stem"
    try:
        head = patiently(path.name, functools.partial(_head, path))
    except Unusable as error:
        return f"the picture cannot be used ({error}); its sound is used without it"
    if not head.startswith(_SIGNATURES):
        return "not a PNG, JPEG, GIF, BMP or WebP picture; its sound is used without it"
    return None


def _head(path):
    with open_regular(path) as file:
        return file.read(8)


def _without_suffix(name):
    return str(PurePosixPath(name).with_suffix(""))
