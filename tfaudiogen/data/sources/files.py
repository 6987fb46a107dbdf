"""Finds audio and image files in the source folders."""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tfaudiogen.data.reading.suffixes import UNREADABLE_SUFFIXES
from tfaudiogen.disk.errors import Unreadable
from tfaudiogen.disk.tries import patiently
from tfaudiogen.validation.text import collapsed, composed

AUDIO_SUFFIXES = frozenset(
    {".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".au"}
    | {".snd", ".caf", ".w64", ".rf64", ".voc", ".ircam", ".sf", ".paf", ".svx", ".nist", ".sph"}
)
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"})
SINGLE_LABEL = "audio"
# Folders that operating systems create on each disk and that users cannot read.
_OF_THE_SYSTEM = frozenset({"lost+found", "$RECYCLE.BIN", "System Volume Information"})


@dataclass(frozen=True)
class SourceFile:
    """A file below a source folder.

    Attributes:
        path: path of the file.
        name: unique name: the path relative to the source, with forward slashes. If there are
            several sources, it begins with the folder name of the source.
        label: label of the file, by default the first sub-folder or, if there are several
            sources, the folder name of the source. White space is collapsed; an empty label
            becomes "audio".
        caption: text that describes the file; may be empty.
    """

    path: Path
    name: str
    label: str
    caption: str = ""

    def __post_init__(self):
        """Normalise the label, since TFDS stores class names one per line."""
        object.__setattr__(self, "label", collapsed(self.label) or SINGLE_LABEL)

    @property
    def suffix(self):
        """The extension in lower case, including the dot."""
        return self.path.suffix.lower()


@dataclass
class Found:
    """The files below the sources by type."""

    audio: list[SourceFile] = field(default_factory=list)
    pictures: list[SourceFile] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def find_files(sources):
    """Return the `Found` files below `sources` (folders or single files), sorted by name.

    Raises:
        ValueError: a source does not exist, or two sources have the same folder name.
        ReadError: a folder could not be read after several attempts.
    """
    found = Found()
    for file in _source_files(sources):
        _bin(file, found).append(file)
    for files in (found.audio, found.pictures):
        files.sort(key=lambda file: file.name)
    found.ignored = sorted(file.name for file in found.ignored)
    return found


def find_named(sources, pattern):
    """Return the `SourceFile`s below `sources` whose file names match, sorted by name.

    Args:
        sources: folders or single files.
        pattern: compiled regular expression that must match the full file name without folder.

    Raises:
        ValueError, ReadError: see `find_files`.
    """
    found = [file for file in _source_files(sources) if pattern.fullmatch(file.path.name)]
    return sorted(found, key=lambda file: file.name)


def check_sources(sources):
    """Raise ValueError if a source does not exist, or two have the same folder name."""
    sources = [Path(source) for source in sources]
    for source in sources:
        if not source.exists():
            raise ValueError(f"source {str(source)!r} does not exist: give a folder of audio files")
    names = [source.resolve().name for source in sources]
    if len(set(names)) < len(names):
        raise ValueError(
            f"sources must have different folder names, which become labels and parts of file "
            f"names; received {names}: rename one, or give their common parent folder"
        )


def _walk(source):
    """Yield the files below `source`; each folder is visited once, even if links lead to it.

    Raises:
        Unreadable: a folder cannot be read at the moment.
    """
    if source.is_file():
        yield source
        return
    visited = set()
    for folder, folders, files in os.walk(source, onerror=_refuse, followlinks=True):
        folders[:] = sorted(name for name in folders if not _is_of_the_system(name))
        real = os.path.realpath(folder)
        if real in visited:
            folders.clear()
            continue
        visited.add(real)
        yield from (Path(folder, name) for name in files)


def _is_of_the_system(name):
    return name.startswith(".") or name in _OF_THE_SYSTEM


def _refuse(error):
    raise Unreadable(f"folder {error.filename}: {error.strerror}") from error


def _source_files(sources):
    """Return the `SourceFile`s of all files below the sources.

    Names are normalised to one Unicode form, since systems store accents differently. Files whose
    names would then be equal keep their stored names.
    """
    sources = [Path(source) for source in sources]
    check_sources(sources)
    parts = [
        (path, *_name_and_label(path, source, several=len(sources) > 1))
        for source in sources
        for path in patiently(str(source), lambda source=source: list(_walk(source)))
    ]
    counts = Counter(composed(name) for _, name, _ in parts)
    found = []
    for path, stored, label in parts:
        name = composed(stored)
        found.append(SourceFile(path, name if counts[name] == 1 else stored, label))
    return found


def _name_and_label(path, source, several):
    folder = source if source.is_dir() else source.parent
    parts = path.relative_to(folder).parts
    label = parts[0] if len(parts) > 1 else SINGLE_LABEL
    if several:
        label = source.resolve().name if source.is_dir() else source.stem
        parts = (label, *parts)
    return _readable("/".join(parts)), _readable(label)


def _readable(name):
    """Return a name as text, with undecodable bytes escaped as `\\xff`."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _bin(file, found):
    if file.path.name.startswith("."):
        return found.ignored
    if file.suffix in PICTURE_SUFFIXES:
        return found.pictures
    if file.suffix in AUDIO_SUFFIXES | UNREADABLE_SUFFIXES:
        return found.audio
    return found.ignored
