"""Audio-image pairs, matched by name or listed in a CSV file."""

import dataclasses

from tfaudiogen.data.builders.image_folder import convert, notices_of
from tfaudiogen.data.builders.pair_records import PairBuilder, PairConfig
from tfaudiogen.data.report import Skipped
from tfaudiogen.data.sources.files import find_files
from tfaudiogen.data.sources.pair_matching import match_stems
from tfaudiogen.data.sources.pair_table import match_table
from tfaudiogen.disk.errors import NothingUsable


@dataclasses.dataclass(eq=False)
class Config(PairConfig):
    """Which sounds and images are read, and how they are paired.

    Attributes:
        pairs_csv: CSV file with the columns audio and image, and optionally label and caption;
            None to match by file names.
    """

    pairs_csv: str | None = None


class Builder(PairBuilder):
    """Windows of every sound that has an image; see `match_stems` and `match_table`.

    The label is from the table, or else the same as for folders of audio. Splits are by sound.
    """

    name = "audio_image_pairs"
    # `tfds build --config` needs one to find the class of the configuration.
    BUILDER_CONFIGS = [Config(name="empty")]
    DESCRIPTION = "Windows of audio files, each with the pictures that belong to its file."

    def _labelled(self, found):
        """Return the sounds that have images, with their labels; add others to `_skipped`."""
        config = self.builder_config
        files = super()._labelled(found)
        pictures = self._picture_files(found)
        if config.pairs_csv is None:
            self._pairs = match_stems(files, pictures)
        else:
            self._pairs = match_table(config.pairs_csv, files, pictures)
        self._skipped += self._pairs.skipped
        return self._pairs.sounds

    def _picture_files(self, found):
        """Return the `SourceFile`s of the images.

        If there is a folder of images, images in the sources and sounds in that folder are skipped.
        """
        folder = self.builder_config.pictures
        if folder is None:
            return found.pictures
        beside = find_files([folder])
        taken = {file.path.resolve() for file in (*beside.pictures, *found.audio)}
        reason = "lies in the folder of the {}, where no {} are looked for"
        for files, words in (
            (found.pictures, ("sounds", "pictures")),
            (beside.audio, ("pictures", "sounds")),
        ):
            lost = [file.name for file in files if file.path.resolve() not in taken]
            self._skipped += [Skipped(name, reason.format(*words)) for name in lost]
        found.ignored += beside.ignored
        return beside.pictures

    def _pictures(self, found):
        """Return nothing, since images are not stored in the windows."""
        del found
        return {}

    def _recordings(self, files, pictures, workers):
        """Return the usable sounds that have a usable image; add others to `_skipped`."""
        recordings = super()._recordings(files, pictures, workers)
        usable = {recording.name for recording in recordings}
        self._note_pictures_without_sound(usable)
        files = {
            file.name: file for name in usable for file in self._pairs.pictures[name]
        }  # without duplicates
        read = self._read(sorted(files.values(), key=lambda file: file.name), workers)
        with_picture = [
            recording for recording in recordings if self._usable_pictures(recording.name, read)
        ]
        self._skipped += [
            Skipped(name, f"its picture cannot be used: {self._pairs.pictures[name][0].name}")
            for name in sorted(usable - {recording.name for recording in with_picture})
        ]
        if not with_picture:
            raise NothingUsable("no sound has a picture that can be used", self._skipped)
        return with_picture

    def _read(self, files, workers):
        """Return {name: Picture} of the readable files; add others to `_skipped`."""
        folder = self._read_folder / "pictures"
        folder.mkdir(exist_ok=True)
        settings = (folder, self.image_shape, workers, self.builder_config.progress)
        pictures, skipped, taken = convert(files, *settings)
        self._skipped += skipped
        self._done_to_pictures = notices_of(taken, self.image_shape)
        self._read_pictures = {picture.name: picture for picture in pictures}
        return self._read_pictures

    def _usable_pictures(self, name, read):
        """Return the names of the readable images of a sound."""
        return [file.name for file in self._pairs.pictures[name] if file.name in read]

    def _note_pictures_without_sound(self, usable):
        of_usable = {file.name for name in usable for file in self._pairs.pictures[name]}
        for sound, several in self._pairs.pictures.items():
            lost = [file.name for file in several if file.name not in of_usable]
            self._skipped += [Skipped(name, f"its sound cannot be used: {sound}") for name in lost]

    def partners(self, sounds):
        """Return {name of a sound: names of its images} and the list of `Picture`s."""
        names = {one.name for several in sounds.values() for one in several}
        partners = {name: self._usable_pictures(name, self._read_pictures) for name in names}
        return partners, list(self._read_pictures.values())

    def _report(self, recordings, plan, found):
        report = super()._report(recordings, plan, found)
        report.notices += self._done_to_pictures
        return report
