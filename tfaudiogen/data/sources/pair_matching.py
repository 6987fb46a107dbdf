"""Matches images to audio files, and embeddings to source files, by name."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sources.files import SourceFile

_CURE = "rename one, or give the pairs in a table (pairs_csv, --pairs)"


@dataclass
class Pairs:
    """Sounds with their images.

    Attributes:
        sounds: the `SourceFile`s that have images, with their labels and captions.
        pictures: {name of the sound: list of `SourceFile`s of its images}.
        skipped: list of `Skipped`, the files without a partner.
    """

    sounds: list[SourceFile] = field(default_factory=list)
    pictures: dict[str, list[SourceFile]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, sound, picture):
        """Add an image to a sound."""
        self.pictures.setdefault(sound.name, []).append(picture)


def match_stems(sounds, pictures, words=("sound", "picture"), cure=_CURE):
    """Return the `Pairs` of sounds and images with the same name, ignoring extension and case.

    An image belongs to the sound with the same relative path, or else to the one with the same
    stem if no other unmatched sound or image has that stem. If files of one kind differ only by
    extension (or case), the first is used.

    Args:
        sounds, pictures: lists of `SourceFile`s; `pictures` may also be embeddings.
        words: names of the two kinds for messages.
        cure: advice for the message about an ambiguous stem.
    """
    pairs, left = Pairs(), (list(sounds), list(pictures))
    for key in (_path, _caseless_path):
        left = _match(pairs, *left, key, among_several=True)
    left = _match(pairs, *left, _stem, among_several=False)
    by_stem = [_grouped(files, _stem) for files in (sounds, pictures)]
    pairs.skipped += [_without(words[1], file, *by_stem, cure) for file in left[0]]
    pairs.skipped += [_without(words[0], file, *reversed(by_stem), cure) for file in left[1]]
    pairs.sounds = [sound for sound in sounds if sound.name in pairs.pictures]
    return pairs


def _match(pairs, sounds, pictures, key, among_several):
    """Pair files with the same key; return the unmatched sounds and images."""
    by_sound, by_picture = _grouped(sounds, key), _grouped(pictures, key)
    done = set()
    for shared in filter(by_picture.__contains__, by_sound):
        groups = by_sound[shared], by_picture[shared]
        if among_several or max(map(len, groups)) == 1:
            pairs.add(*(group[0] for group in groups))
            pairs.skipped += [_again(file, group[0]) for group in groups for file in group[1:]]
            done.update(file.name for group in groups for file in group)
    return tuple([file for file in files if file.name not in done] for files in (sounds, pictures))


def _again(file, taken):
    return Skipped(file.name, f"a duplicate: {taken.name} has the same name and is used")


def _without(what, file, own, others, cure):
    """Return the `Skipped` of a file without a partner.

    Args:
        what: name of the kind of the missing partner.
        file: the `SourceFile`.
        own, others: {stem: files} of its kind and of the other kind.
        cure: advice for an ambiguous stem.
    """
    stem = _stem(file.name)
    if stem not in others:
        return Skipped(file.name, f"no {what} has its stem")
    rivals = [other.name for other in [*own[stem], *others[stem]] if other.name != file.name]
    reason = (
        f"a duplicate stem, shared with {', '.join(rivals)}: which {what} belongs to it is open"
    )
    return Skipped(file.name, f"{reason}; {cure}")


def _grouped(files, key):
    groups = {}
    for file in files:
        groups.setdefault(key(file.name), []).append(file)
    return groups


def _path(name):
    return str(PurePosixPath(name).with_suffix(""))


def _caseless_path(name):
    return _path(name).casefold()


def _stem(name):
    return PurePosixPath(name).stem.casefold()
