"""Brings downloaded files to the wanted length, sample rate or size."""

import os
from dataclasses import dataclass

import numpy as np
import soundfile
from PIL import Image

from tfaudiogen.collect.contents import suffix_of
from tfaudiogen.data.reading.audio import own_sample_rate, read_to_file
from tfaudiogen.data.reading.image import read_picture
from tfaudiogen.disk import atomic_file, temporary_folder


@dataclass(frozen=True)
class Processing:
    """What becomes of downloaded files; without values they are kept byte for byte.

    Attributes:
        seconds: length of sounds, cut at the end; shorter ones stay short. None: not cut.
        sample_rate: Hz, of sounds; None: not resampled. With either, sounds are mono WAV files.
        size: (H, W) of pictures, scaled to cover it and cropped at the centre, as RGB PNG files.
    """

    seconds: float | None = None
    sample_rate: int | None = None
    size: tuple[int, int] | None = None

    def put(self, partial, folder, stem, kind):
        """Write the final file of a complete `Partial`, remove the latter, and return the path.

        Raises:
            Unusable: the file is no usable sound or picture.
        """
        suffix = suffix_of(partial.path, kind)
        if kind == "audio" and (self.seconds or self.sample_rate):
            path = folder / f"{stem}.wav"
            self._write_sound(partial.path, path)
        elif kind == "image" and self.size:
            path = folder / f"{stem}.png"
            self._write_picture(partial.path, path)
        else:
            path = folder / f"{stem}{suffix}"
            os.replace(partial.path, path)
        partial.remove()
        return path

    def _write_sound(self, source, path):
        rate = self.sample_rate or own_sample_rate(source)
        with temporary_folder() as folder:
            read_to_file(source, folder / "samples", rate)
            count = round(self.seconds * rate) if self.seconds else -1
            samples = np.fromfile(folder / "samples", "<i2", count)
        with atomic_file(path) as temporary:
            soundfile.write(temporary, samples, rate, subtype="PCM_16", format="WAV")

    def _write_picture(self, source, path):
        levels, _ = read_picture(source, (*self.size, 3))
        with atomic_file(path) as temporary:
            Image.fromarray(levels).save(temporary, format="PNG")
